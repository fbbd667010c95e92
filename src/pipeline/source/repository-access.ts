/** Argo CD's repository Secrets (`argocd.argoproj.io/secret-type: repository | repo-creds`): how to get at which repository. Pure. */
import { getString } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import { parseLocation } from './url.ts'

export interface RepositoryAccess {
  /** `repository`: for this URL; `template`: for every URL below it. */
  readonly kind: 'repository' | 'template'
  readonly url: string
  /** Applications of other projects may not use it. '' = all may. */
  readonly project: string
  readonly username: string
  readonly password: string
  readonly bearerToken: string
  readonly sshPrivateKey: string
  readonly tlsClientCert: string
  readonly tlsClientKey: string
  /** The server's certificate, or host key, is not checked. */
  readonly insecure: boolean
  readonly forceBasic: boolean
  readonly proxy: string
  readonly noProxy: string
}

/** `Cannot read repository Secret <namespace>/<name>: <detail>`. Never holds a value of the Secret. */
export class RepositorySecretError extends Error {
  override readonly name = 'RepositorySecretError'
}

const unsupported = { githubAppPrivateKey: 'a GitHub App', gcpServiceAccountKey: 'a Google Cloud account' }

/** Reads `data` (base64) and `stringData`. Throws RepositorySecretError. */
export function readRepositorySecret(secret: KubeObject): RepositoryAccess {
  const { name = '', namespace = '', labels = {} } = secret.metadata
  const fail = (detail: string) =>
    new RepositorySecretError(`Cannot read repository Secret ${namespace}/${name}: ${detail}`)
  const field = (key: string) => textOf(secret, key)
  const url = field('url').trim()
  if (url === '') throw fail('it has no "url"')
  for (const [key, what] of Object.entries(unsupported))
    if (field(key) !== '') throw fail(`signing in as ${what} (${key}) is not supported`)
  const tlsClientCert = field('tlsClientCertData')
  const tlsClientKey = field('tlsClientCertKey')
  if ((tlsClientCert === '') !== (tlsClientKey === ''))
    throw fail('it needs both "tlsClientCertData" and "tlsClientCertKey"')
  for (const key of ['username', 'password', 'bearerToken', 'proxy', 'noProxy'])
    if (/[\0\r\n]/.test(field(key).trim())) throw fail(`"${key}" has more than one line`)
  return {
    kind: labels['argocd.argoproj.io/secret-type'] === 'repo-creds' ? 'template' : 'repository',
    url,
    project: field('project').trim(),
    username: field('username').trim(),
    password: field('password').trim(),
    bearerToken: field('bearerToken').trim(),
    sshPrivateKey: field('sshPrivateKey'),
    tlsClientCert,
    tlsClientKey,
    insecure: field('insecure').trim() === 'true' || field('insecureIgnoreHostKey').trim() === 'true',
    forceBasic: field('forceHttpBasicAuth').trim() === 'true',
    proxy: field('proxy').trim(),
    noProxy: field('noProxy').trim(),
  }
}

/**
 * What is used for a URL: the Secret of exactly that repository; if it has no credentials of its own, those of the template whose URL is the
 * longest prefix, with the repository's proxy and flags. A prefix ends where a part of the URL ends: `https://host/team` is not for
 * `https://host/team-b`, nor `https://host` for `https://host.other`, where Argo CD compares letters.
 */
export function accessTo(url: string, known: readonly RepositoryAccess[]): RepositoryAccess | undefined {
  const wanted = comparable(url)
  const own = known.find((one) => one.kind === 'repository' && comparable(one.url) === wanted)
  if (own !== undefined && hasCredentials(own)) return own
  let best: RepositoryAccess | undefined
  for (const one of known) {
    if (one.kind !== 'template' || !isBelow(wanted, comparable(one.url))) continue
    if (best === undefined || comparable(one.url).length > comparable(best.url).length) best = one
  }
  if (own === undefined || best === undefined) return own ?? best
  return {
    ...best,
    url: own.url,
    project: own.project || best.project,
    insecure: own.insecure || best.insecure,
    proxy: own.proxy || best.proxy,
    noProxy: own.noProxy || best.noProxy,
  }
}

function hasCredentials(one: RepositoryAccess): boolean {
  return [one.username, one.password, one.bearerToken, one.sshPrivateKey, one.tlsClientCert].some((text) => text !== '')
}

function isBelow(url: string, prefix: string): boolean {
  if (!url.startsWith(prefix)) return false
  return url.length === prefix.length || prefix.endsWith('/') || url[prefix.length] === '/'
}

/** Spellings of one place are equal; OCI registries are written with and without their scheme. */
function comparable(url: string): string {
  const plain = url.replace(/^oci:\/\//i, '').replace(/\/+$/, '')
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(plain) && !/^[^/]*:(?!\d)/.test(plain)) return plain.toLowerCase()
  try {
    return parseLocation(plain, '/').key
  } catch {
    return plain
  }
}

function textOf(secret: KubeObject, name: string): string {
  return (
    getString(secret, 'stringData', name) ??
    Buffer.from(getString(secret, 'data', name) ?? '', 'base64').toString('utf8')
  )
}
