/** Reads an Argo CD cluster Secret (`argocd.argoproj.io/secret-type: cluster`) as a connection. Pure. */
import { type Connection, concealing, type ExecPlugin, type Identity } from './connection.ts'
import { getBoolean, getList, getRecord, getString, isRecord } from './fields.ts'
import type { KubeObject } from './object.ts'
import { type Environment, proxyFromEnvironment } from './proxy.ts'

/** `Cannot read cluster Secret <namespace>/<name>: <detail>`. Never holds a value of the Secret. */
export class ClusterSecretError extends Error {
  override readonly name = 'ClusterSecretError'
}

export interface ClusterSecret {
  readonly connection: Connection
  /** Namespaces that Argo CD would limit itself to; empty means all. */
  readonly namespaces: readonly string[]
  /** Whether cluster-scoped objects are managed although `namespaces` is set. */
  readonly clusterResources: boolean
  readonly project: string
}

/** Reads `data` (base64) and `stringData` (which wins, as on the server). Throws ClusterSecretError. */
export function readClusterSecret(secret: KubeObject, env: Environment = {}): ClusterSecret {
  const fail = (detail: string) =>
    new ClusterSecretError(
      `Cannot read cluster Secret ${secret.metadata.namespace ?? ''}/${secret.metadata.name ?? ''}: ${detail}`,
    )
  const server = field(secret, 'server').replace(/\/+$/, '')
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    throw fail('"server" is not an http or https URL')
  const config = parseConfig(field(secret, 'config'), fail)
  const tls = readTls(config, fail)
  const proxyUrl = getString(config, 'proxyUrl') || proxyFromEnvironment(server, env)
  return {
    connection: concealing({
      name: field(secret, 'name') || server,
      server,
      namespace: 'default',
      tls,
      proxyUrl,
      identity: readIdentity(config, fail),
    }),
    namespaces: field(secret, 'namespaces')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    clusterResources: field(secret, 'clusterResources') === 'true',
    project: field(secret, 'project'),
  }
}

type Fail = (detail: string) => ClusterSecretError

function field(secret: KubeObject, name: string): string {
  const plain = getString(secret, 'stringData', name)
  if (plain !== undefined) return plain.trim()
  return Buffer.from(getString(secret, 'data', name) ?? '', 'base64')
    .toString('utf8')
    .trim()
}

function parseConfig(text: string, fail: Fail): Record<string, unknown> {
  if (text === '') return {}
  try {
    const config: unknown = JSON.parse(text)
    if (isRecord(config)) return config
  } catch {
    // The parser's message quotes the text, which holds secrets.
  }
  throw fail('"config" is not a JSON object')
}

function readTls(config: Record<string, unknown>, fail: Fail): Connection['tls'] {
  const tls = getRecord(config, 'tlsClientConfig')
  const insecure = getBoolean(tls, 'insecure') ?? false
  const ca = decoded(tls, 'caData')
  if (insecure && ca !== undefined) throw fail('"tlsClientConfig" sets both caData and insecure')
  const cert = decoded(tls, 'certData')
  const key = decoded(tls, 'keyData')
  if ((cert === undefined) !== (key === undefined)) throw fail('"tlsClientConfig" needs both certData and keyData')
  return {
    ca,
    insecure,
    serverName: getString(tls, 'serverName') || undefined,
    client: cert === undefined || key === undefined ? undefined : { cert, key },
  }
}

function decoded(tls: Record<string, unknown> | undefined, name: string): string | undefined {
  const data = getString(tls, name)
  return data ? Buffer.from(data, 'base64').toString('utf8') : undefined
}

/** In Argo CD's order: AWS, an exec provider, a token, user and password. */
function readIdentity(config: Record<string, unknown>, fail: Fail): Identity {
  if (getRecord(config, 'awsAuthConfig') !== undefined) {
    throw fail('awsAuthConfig is not supported; use execProviderConfig with "aws eks get-token"')
  }
  const exec = getRecord(config, 'execProviderConfig')
  if (exec !== undefined) return { type: 'exec', plugin: readExec(exec, fail) }
  const token = getString(config, 'bearerToken')
  if (token) return { type: 'token', token }
  const username = getString(config, 'username')
  if (username) return { type: 'basic', username, password: getString(config, 'password') ?? '' }
  return { type: 'none' }
}

function readExec(exec: Record<string, unknown>, fail: Fail): ExecPlugin {
  const command = getString(exec, 'command') ?? ''
  if (command === '') throw fail('"execProviderConfig" has no command')
  const apiVersion = getString(exec, 'apiVersion') || 'client.authentication.k8s.io/v1beta1'
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1') {
    throw fail(
      `"execProviderConfig" has apiVersion "${apiVersion}"; client.authentication.k8s.io/v1 and v1beta1 are supported`,
    )
  }
  const env = getRecord(exec, 'env') ?? {}
  return {
    apiVersion,
    command,
    args: getList(exec, 'args').map(String),
    env: Object.entries(env).map(([name, value]) => ({ name, value: String(value) })),
    installHint: getString(exec, 'installHint') ?? '',
    provideClusterInfo: false,
    interactiveMode: 'Never',
    config: undefined,
  }
}
