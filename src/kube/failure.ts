/** Turns what goes wrong on the wire into ApiError and ConnectionError, in words for people and without credentials. Pure. */
import { ApiError, ConnectionError, isMisfit, type Status } from './errors.ts'
import type { Answer } from './exchange.ts'
import { getNumber, getString } from './fields.ts'
import { parseJson } from './json.ts'
import type { Headers } from './transport.ts'

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  UND_ERR_SOCKET: 'closed the connection before it answered',
  ETIMEDOUT: 'cannot be reached: the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'cannot be reached: the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'accepted the request but did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  EHOSTUNREACH: 'cannot be reached: no route to the host',
  ENETUNREACH: 'cannot be reached: no route to the network',
  ENOTFOUND: 'has a host name that does not exist',
  EAI_AGAIN: 'has a host name that cannot be resolved now: DNS does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that no configured authority signed (self-signed)',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an authority that is not configured',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an authority that is not configured',
  UNABLE_TO_GET_ISSUER_CERT: 'has a certificate of an authority that is not configured',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate of an authority that is not configured',
  CERT_SIGNATURE_FAILURE: 'has a certificate that the configured authority did not sign',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  UND_ERR_PRX_TLS: 'cannot be reached: TLS to the proxy failed',
}

/** These answer the same until someone changes a certificate or a setting; a second try within seconds is useless. */
const lasting: readonly RegExp[] = [
  /CERT/,
  /UNABLE_TO_/,
  /^ERR_TLS_/,
  /^ERR_OSSL_/,
  /^ERR_SSL_/,
  /^EPROTO$/,
  /^UND_ERR_PRX_TLS$/,
]

function codeOf(error: unknown): string {
  return getString(error, 'code') ?? ''
}

/** True when the failure passes by itself often enough that the client tries again before it reports. */
export function isPassing(error: ConnectionError): boolean {
  const code = codeOf(error.cause)
  return !lasting.some((pattern) => pattern.test(code))
}

/**
 * What undici, the sockets and TLS throw, as an error that names the server: a ConnectionError, or ApiError 413 when the answer runs
 * over `limitBytes` (the server is well, and asking again would give the same).
 */
export function wireError(server: string, error: unknown, limitBytes: number): ApiError | ConnectionError {
  if (error instanceof ConnectionError || error instanceof ApiError) return error
  const cause = firstCause(error)
  if (codeOf(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    const limit = `${Math.round(limitBytes / 2 ** 20)} MiB`
    return new ApiError(413, 'ResponseTooLarge', `the answer of the API server ${server} is larger than ${limit}`)
  }
  return new ConnectionError(`the API server ${server} ${sentenceOf(cause)}`, { cause })
}

/** Several addresses of one host fail together (AggregateError); the first says enough. */
function firstCause(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0]
  return error
}

function sentenceOf(error: unknown): string {
  const code = codeOf(error)
  const known = sentences[code]
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `has a certificate for other names: ${getString(error, 'reason') ?? message}`
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return `failed the TLS handshake: ${tlsReason(error, message)}`
  if (code.startsWith('HPE_')) return 'does not speak HTTP'
  return `cannot be reached: ${message}`
}

function tlsReason(error: unknown, message: string): string {
  return getString(error, 'reason') ?? message
}

/**
 * An answer of 400 and above. The server's own message wins over anything we could say. The server quotes values that it refuses;
 * with `hide` (a Secret was sent) they are taken out.
 */
export function answerError(server: string, answer: Answer, hide = false): ApiError {
  const body = hide ? hideValues(answer.text) : answer.text
  const status = parseStatus(body)
  const retryAfterMs = retryAfterOf(answer.headers) ?? retryAfterOfStatus(status)
  const reason = status?.reason ?? reasonOf(answer.status)
  return new ApiError(answer.status, reason, messageOf(server, answer.status, status, body), {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** On the JSON text, so that the message and every cause are covered; a quoted value is `\\"...\\"` there. */
function hideValues(text: string): string {
  return text
    .replace(/(Invalid value|Unsupported value|Duplicate value|Too long): (\\".*?[^\\]\\"|[^:"\\]+)/g, '$1: (hidden)')
    .replace(/(expected [^,"]*, got )(\\".*?[^\\]\\"|[^:"\\&]+)/g, '$1(hidden)')
    .replace(/(Value:).*?\}/g, '$1(hidden)}')
}

function messageOf(server: string, code: number, status: Status | undefined, body: string): string {
  if (code === 401) return `the API server ${server} does not accept the credentials (401 Unauthorized)`
  const said = status?.message ?? ''
  if (said === '')
    return `the API server ${server} answered ${code} ${reasonOf(code)}${excerpt(status === undefined ? body : '')}`
  if (code === 403) return `the API server ${server} forbids it: ${said}`
  if (isMisfit(code, said)) return said
  if (code === 429 || code >= 500) return `the API server ${server} answered ${code}: ${said}`
  return said
}

/** The first words of an answer that is no Status, such as a proxy's error page. */
function excerpt(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim()
  return text === '' ? '' : `: ${text.slice(0, 200)}`
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined
  try {
    const value = parseJson(body)
    return getString(value, 'kind') === 'Status' ? (value as Status) : undefined
  } catch {
    return undefined
  }
}

/** The watch's own way to say an error: a Status as the object of an ERROR event. */
export function statusError(server: string, value: unknown): ApiError {
  return answerError(server, { status: getNumber(value, 'code') ?? 500, headers: {}, text: JSON.stringify(value) })
}

/** `Retry-After` in seconds; the API server never sends a date. */
function retryAfterOf(headers: Headers): number | undefined {
  const value = headers['retry-after']
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return undefined
  return Number(value) * 1_000
}

function retryAfterOfStatus(status: Status | undefined): number | undefined {
  const seconds = getNumber(status, 'details', 'retryAfterSeconds')
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

function reasonOf(code: number): string {
  return reasons[code] ?? 'Unknown'
}
