/** The clusters and users of a kubeconfig, checked and with their files read. Effect: reads files. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { ClientCertificate, Connection, ExecPlugin, Identity } from './connection.ts'
import { getBoolean, getField, getList, getRecord, getString } from './fields.ts'
import { KubeconfigError } from './kubeconfig-error.ts'

/** One named entry, and the file it stands in. */
export interface Named {
  readonly path: string
  /** Relative paths in the entry start here. */
  readonly directory: string
  readonly name: string
  readonly value: Record<string, unknown>
}

export interface ClusterPart {
  readonly server: string
  readonly ca: string | undefined
  readonly insecure: boolean
  readonly serverName: string | undefined
  readonly proxyUrl: string | undefined
  readonly execConfig: unknown
}

export interface UserPart {
  readonly identity: Identity
  readonly client: ClientCertificate | undefined
  readonly impersonate: Connection['impersonate']
}

export async function readCluster(cluster: Named): Promise<ClusterPart> {
  const { value, path, name } = cluster
  const server = getString(value, 'server') ?? ''
  if (server === '') throw new KubeconfigError(path, `cluster "${name}" has no server`)
  const url = server.includes('://') ? server : `https://${server}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new KubeconfigError(path, `the server of cluster "${name}" is not an http or https URL`)
  }
  const ca = await dataOrFile(cluster, 'cluster', 'certificate-authority')
  const insecure = getBoolean(value, 'insecure-skip-tls-verify') ?? false
  if (insecure && ca !== undefined) {
    throw new KubeconfigError(path, `cluster "${name}" sets both a certificate authority and insecure-skip-tls-verify`)
  }
  const proxyUrl = text(cluster, 'proxy-url')
  if (proxyUrl !== undefined && !/^(https?|socks5h?):\/\//.test(proxyUrl)) {
    throw new KubeconfigError(path, `the proxy-url of cluster "${name}" is not an http, https or socks5 URL`)
  }
  const extension = getList(value, 'extensions').find((item) => getString(item, 'name') === execExtension)
  return {
    server: url.replace(/\/+$/, ''),
    ca,
    insecure,
    serverName: text(cluster, 'tls-server-name'),
    proxyUrl,
    execConfig: getField(extension, 'extension'),
  }
}

const execExtension = 'client.authentication.k8s.io/exec'

/** An absent user is anonymous. As in client-go, a token beats a user name, and either beats the exec plug-in. */
export async function readUser(user: Named | undefined, execConfig: unknown): Promise<UserPart> {
  if (user === undefined) return { identity: { type: 'none' }, client: undefined, impersonate: undefined }
  const { value } = user
  if (getRecord(value, 'auth-provider') !== undefined && getRecord(value, 'exec') === undefined) {
    throw new KubeconfigError(
      user.path,
      `user "${user.name}" uses auth-provider, which Kubernetes has removed; use an exec plug-in`,
    )
  }
  return {
    identity: identityOf(user, execConfig),
    client: await clientCertificate(user),
    impersonate: impersonation(user),
  }
}

function identityOf(user: Named, execConfig: unknown): Identity {
  const { value } = user
  // A token file beats an inline token: its content is renewed, the inline one is not.
  const tokenFile = text(user, 'tokenFile')
  if (tokenFile !== undefined) return { type: 'tokenFile', path: absolute(user, tokenFile) }
  const token = text(user, 'token')
  if (token !== undefined) return { type: 'token', token }
  const username = text(user, 'username')
  if (username !== undefined) return { type: 'basic', username, password: text(user, 'password') ?? '' }
  const exec = getRecord(value, 'exec')
  if (exec === undefined) return { type: 'none' }
  return { type: 'exec', plugin: readExec(exec, execConfig, user) }
}

function readExec(exec: Record<string, unknown>, config: unknown, user: Named): ExecPlugin {
  const fail = (detail: string) => new KubeconfigError(user.path, `the exec plug-in of user "${user.name}" ${detail}`)
  const apiVersion = getString(exec, 'apiVersion') ?? ''
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1') {
    throw fail(`has apiVersion "${apiVersion}"; client.authentication.k8s.io/v1 and v1beta1 are supported`)
  }
  const command = text(user, 'command', exec)
  if (command === undefined) throw fail('has no command')
  const mode = getString(exec, 'interactiveMode') ?? 'IfAvailable'
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always')
    throw fail(`has an unknown interactiveMode "${mode}"`)
  return {
    apiVersion,
    // A bare name is looked up in PATH; with a slash it is a path relative to the file.
    command: command.includes('/') ? absolute(user, command) : command,
    args: getList(exec, 'args').map(String),
    env: getList(exec, 'env').map((item) => ({
      name: getString(item, 'name') ?? '',
      value: getString(item, 'value') ?? '',
    })),
    installHint: getString(exec, 'installHint') ?? '',
    provideClusterInfo: getBoolean(exec, 'provideClusterInfo') ?? false,
    interactiveMode: mode,
    config,
  }
}

async function clientCertificate(user: Named): Promise<ClientCertificate | undefined> {
  const cert = await dataOrFile(user, 'user', 'client-certificate')
  const key = await dataOrFile(user, 'user', 'client-key')
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined)
    throw new KubeconfigError(user.path, `user "${user.name}" has a client key without a certificate`)
  if (key === undefined)
    throw new KubeconfigError(user.path, `user "${user.name}" has a client certificate without a key`)
  return { cert, key }
}

function impersonation(user: Named): Connection['impersonate'] {
  const name = text(user, 'as')
  if (name === undefined) return undefined
  return { user: name, uid: text(user, 'as-uid') ?? '', groups: getList(user.value, 'as-groups').map(String) }
}

/** `<name>-data` (base64) wins over the file `<name>`. */
async function dataOrFile(entry: Named, what: string, name: string): Promise<string | undefined> {
  const data = text(entry, `${name}-data`)
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8')
  const path = text(entry, name)
  if (path === undefined) return undefined
  try {
    return await readFile(absolute(entry, path), 'utf8')
  } catch (error) {
    const detail = `the ${name} of ${what} "${entry.name}", ${absolute(entry, path)}, cannot be read`
    throw new KubeconfigError(entry.path, `${detail} (${getString(error, 'code') ?? 'unknown error'})`, {
      cause: error,
    })
  }
}

function absolute(entry: Named, path: string): string {
  return isAbsolute(path) ? path : join(entry.directory, path)
}

/**
 * A non-empty string; kubeconfigs often hold empty ones, which mean absent. Anything else is an error, as in kubectl: a token of digits
 * without quotes is a number, and silently going on without it would end in a puzzling 401.
 */
function text(entry: Named, name: string, value: Record<string, unknown> = entry.value): string | undefined {
  const found = value[name]
  if (found === undefined || found === null || found === '') return undefined
  if (typeof found === 'string') return found
  throw new KubeconfigError(entry.path, `"${name}" of "${entry.name}" is a ${typeof found}, not text; put it in quotes`)
}
