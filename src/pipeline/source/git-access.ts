/** What git needs to use a RepositoryAccess: configuration in its environment and keys in files of its own, never arguments. Effects: a private folder. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from './git.ts'
import type { RepositoryAccess } from './repository-access.ts'

export interface GitAccess extends AsyncDisposable {
  readonly credentials: Credentials | undefined
  /** `key=value` pairs of git configuration, in order. */
  readonly config: readonly (readonly [string, string])[]
  readonly environment: Readonly<Record<string, string>>
}

/** The folder with the keys is removed on disposal. */
export async function gitAccess(url: string, access: RepositoryAccess): Promise<GitAccess> {
  const config: [string, string][] = []
  const environment: Record<string, string> = {}
  let folder: string | undefined
  const keep = async (name: string, text: string): Promise<string> => {
    folder ??= await mkdtemp(join(tmpdir(), 'halcyon-git-access-'))
    const path = join(folder, name)
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 })
    return path
  }
  const origin = /^https?:\/\/(?:[^/@]*@)?[^/?#]*/i.exec(url)?.[0]?.replace(/\/\/[^/]*@/, '//')
  const credentials =
    access.password === '' || access.bearerToken !== ''
      ? undefined
      : { url, username: access.username, password: access.password }
  if (origin !== undefined) {
    const header = authorizationOf(access)
    if (header !== undefined) config.push([`http.${origin}/.extraHeader`, `Authorization: ${header}`])
    if (access.insecure) config.push([`http.${origin}/.sslVerify`, 'false'])
    if (access.tlsClientCert !== '') {
      config.push([`http.${origin}/.sslCert`, await keep('client.crt', access.tlsClientCert)])
      config.push([`http.${origin}/.sslKey`, await keep('client.key', access.tlsClientKey)])
    }
    if (access.proxy !== '') config.push([`http.${origin}/.proxy`, access.proxy])
    if (access.noProxy !== '') environment['NO_PROXY'] = access.noProxy
  } else if (access.sshPrivateKey !== '') {
    const key = await keep('id', access.sshPrivateKey)
    const trust = access.insecure
      ? ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null']
      : ['StrictHostKeyChecking=yes']
    const options = ['IdentitiesOnly=yes', 'BatchMode=yes', ...trust].flatMap((option) => ['-o', option])
    environment['GIT_SSH_COMMAND'] = ['ssh', '-i', key, ...options].join(' ')
  }
  return {
    credentials,
    config,
    environment,
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Said without being asked: for a token, and where that is wanted. */
function authorizationOf(access: RepositoryAccess): string | undefined {
  if (access.bearerToken !== '') return `Bearer ${access.bearerToken}`
  if (!access.forceBasic || access.password === '') return undefined
  return `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`
}
