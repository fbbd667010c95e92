/** Runs an exec credential plug-in (client.authentication.k8s.io v1 and v1beta1). Effect: starts a process. */
import { execFile } from 'node:child_process'
import type { ClientCertificate, Connection, ExecPlugin } from './connection.ts'
import { ConnectionError } from './errors.ts'
import { getString } from './fields.ts'

export interface ExecAnswer {
  readonly token: string | undefined
  readonly certificate: ClientCertificate | undefined
  /** Milliseconds since the epoch; undefined = valid until a 401. */
  readonly expiresAt: number | undefined
}

const timeoutMs = 60_000
const outputLimit = 1 << 20
const shownStderr = 500

/** Throws ConnectionError; neither the plug-in's output nor its environment is ever part of the message, its stderr is (shortened). */
export async function runExecPlugin(plugin: ExecPlugin, connection: Connection): Promise<ExecAnswer> {
  const fail = (detail: string, cause?: unknown) =>
    new ConnectionError(`the credential plug-in ${plugin.command} of ${connection.name} ${detail}`, { cause })
  if (plugin.interactiveMode === 'Always') throw fail('needs a terminal (interactiveMode: Always), and there is none')
  const output = await run(plugin, connection, fail)
  return readAnswer(plugin, output, fail)
}

type Fail = (detail: string, cause?: unknown) => ConnectionError

function run(plugin: ExecPlugin, connection: Connection, fail: Fail): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env }
  for (const { name, value } of plugin.env) env[name] = value
  env['KUBERNETES_EXEC_INFO'] = execInfo(plugin, connection)
  return new Promise((resolve, reject) => {
    const options = { env, timeout: timeoutMs, maxBuffer: outputLimit, encoding: 'utf8' as const, windowsHide: true }
    const child = execFile(plugin.command, [...plugin.args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(fail(failureDetail(plugin, error, stderr)))
    })
    child.stdin?.end()
  })
}

function failureDetail(
  plugin: ExecPlugin,
  error: Error & { code?: unknown; killed?: boolean },
  stderr: string,
): string {
  if (error.code === 'ENOENT') {
    return `is not installed${plugin.installHint === '' ? '' : `: ${plugin.installHint.trim()}`}`
  }
  if (error.killed === true) return `did not answer within ${timeoutMs / 1000} s`
  const said = stderr.trim().slice(-shownStderr)
  const how =
    typeof error.code === 'number' ? `ended with exit code ${error.code}` : `cannot be run (${String(error.code)})`
  return said === '' ? how : `${how}: ${said}`
}

/** The KUBERNETES_EXEC_INFO that a plug-in reads. */
export function execInfo(plugin: ExecPlugin, connection: Connection): string {
  const { tls } = connection
  const cluster = {
    server: connection.server,
    ...(tls.serverName === undefined ? {} : { 'tls-server-name': tls.serverName }),
    ...(tls.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
    ...(connection.proxyUrl === undefined ? {} : { 'proxy-url': connection.proxyUrl }),
    config: plugin.config ?? null,
  }
  const spec = { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) }
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec })
}

function readAnswer(plugin: ExecPlugin, output: string, fail: Fail): ExecAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(output)
  } catch {
    // The parser's message quotes the output, which may hold the token.
    throw fail('did not print JSON')
  }
  if (getString(answer, 'kind') !== 'ExecCredential') throw fail('did not print an ExecCredential')
  const version = getString(answer, 'apiVersion')
  if (version !== plugin.apiVersion)
    throw fail(`answered in version ${version ?? 'none'} instead of ${plugin.apiVersion}`)
  const token = getString(answer, 'status', 'token')
  const cert = getString(answer, 'status', 'clientCertificateData')
  const key = getString(answer, 'status', 'clientKeyData')
  if ((cert === undefined) !== (key === undefined)) throw fail('gave a certificate without its key, or the reverse')
  const certificate = cert === undefined || key === undefined ? undefined : { cert, key }
  if (token === undefined && certificate === undefined) throw fail('gave neither a token nor a certificate')
  const expiration = getString(answer, 'status', 'expirationTimestamp')
  const expiresAt = expiration === undefined ? undefined : Date.parse(expiration)
  if (Number.isNaN(expiresAt)) throw fail('gave an expirationTimestamp that is not a time')
  return { token, certificate, expiresAt }
}
