/** Sends logical requests to one server: place in the queue, credentials, tries, errors in words. Effect: the network. */
import type { Clock } from '../runtime/clock.ts'
import type { RequestCounters } from './client.ts'
import { type Connection, shownUrl } from './connection.ts'
import { type Credential, createCredentials } from './credentials.ts'
import { ApiError, ConnectionError } from './errors.ts'
import { type Answer, exchangeStream, exchangeWhole, readText, type Stream } from './exchange.ts'
import { answerError, wireError } from './failure.ts'
import { createLimit } from './limit.ts'
import { type RetryPolicy, retryDelay } from './retry.ts'
import { type Exchange, type Method, openTransport, type Transport } from './transport.ts'

/** One try. `code` is the HTTP status, 0 when no answer came; `verb` as Kubernetes' audit log says it, server-side apply is `apply`. */
export interface RequestInfo {
  readonly verb: string
  readonly resource: string
  readonly code: number
  readonly seconds: number
}

export interface KubeRequest {
  readonly verb: string
  readonly resource: string
  readonly method: Method
  readonly path: string
  readonly body?: Buffer
  readonly contentType?: string
  readonly accept?: string
  readonly dryRun?: boolean
  /** Sending it twice leaves the same state as sending it once. Default: true. */
  readonly idempotent?: boolean
  /** A Secret is sent: the server's message must not quote it. */
  readonly hide?: boolean
}

export interface RequesterOptions {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Requests in flight at most; streams do not count. */
  readonly concurrency: number
  readonly userAgent: string
  readonly retry: RetryPolicy
  /** Until the answer begins, and between two pieces of it. */
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  /** Bytes of one answer at most; streams are not limited. */
  readonly maxResponseBytes: number
  readonly onRequest?: ((info: RequestInfo) => void) | undefined
}

export interface Requester extends AsyncDisposable {
  /** The server's URL as messages show it. */
  readonly server: string
  readonly counters: Readonly<RequestCounters>
  /** The answer, with a status below 400. Throws ApiError, ConnectionError, or the signal's reason. */
  send(request: KubeRequest, signal?: AbortSignal): Promise<Answer>
  /** Outside the concurrency limit and on a connection of its own. Tried once, apart from a refused credential. */
  stream(request: KubeRequest, signal?: AbortSignal): Promise<Stream>
}

interface Transports {
  readonly credential: Credential
  readonly requests: Transport
  readonly streams: Transport
}

export function createRequester(connection: Connection, options: RequesterOptions): Requester {
  const { clock, onRequest } = options
  const server = shownUrl(connection.server)
  const route =
    connection.proxyUrl === undefined ? server : `${server} (through the proxy ${shownUrl(connection.proxyUrl)})`
  const credentials = createCredentials(connection, clock)
  const limit = createLimit(options.concurrency)
  const counters: RequestCounters = { mutating: 0, other: 0 }
  const closing = new AbortController()
  const fixedHeaders = fixedHeadersOf(connection, options.userAgent)
  let ready: Transports | undefined
  let opening: Promise<Transports> | undefined

  /** Connections belong to a client certificate: a new one from an exec plug-in needs new connections. */
  function transports(credential: Credential): Promise<Transports> | Transports {
    if (ready !== undefined && sameCertificate(ready.credential, credential)) return ready
    opening = reopen(credential, opening)
    return opening
  }

  async function reopen(credential: Credential, earlier: Promise<Transports> | undefined): Promise<Transports> {
    const before = await earlier?.catch(() => undefined)
    if (before !== undefined && sameCertificate(before.credential, credential)) return before
    const { certificate } = credential
    const { connectTimeoutMs, concurrency, maxResponseBytes } = options
    const [requests, streams] = await Promise.all([
      openTransport(connection, certificate, { connectTimeoutMs, connections: concurrency, maxResponseBytes }),
      openTransport(connection, certificate, { connectTimeoutMs, connections: undefined, maxResponseBytes: 0 }),
    ])
    ready = { credential, requests, streams }
    if (before !== undefined) void Promise.allSettled([before.requests.close(), before.streams.close()])
    return ready
  }

  function exchangeOf(request: KubeRequest, credential: Credential, bodyTimeout: number): Exchange {
    const headers: Record<string, string | string[]> = { ...fixedHeaders, accept: request.accept ?? 'application/json' }
    if (credential.authorization !== undefined) headers['authorization'] = credential.authorization
    if (request.contentType !== undefined) headers['content-type'] = request.contentType
    const { method, path, body } = request
    return { method, path, headers, body, headersTimeout: options.requestTimeoutMs, bodyTimeout }
  }

  /** Counts and reports one try, and puts what the transport throws into words. */
  async function tried<T extends { readonly status: number }>(
    request: KubeRequest,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    if (request.method === 'GET' || request.dryRun === true) counters.other++
    else counters.mutating++
    const started = clock.now()
    let code = 0
    try {
      const result = await act()
      code = result.status
      return result
    } catch (error) {
      signal?.throwIfAborted()
      closing.signal.throwIfAborted()
      throw wireError(route, error, options.maxResponseBytes)
    } finally {
      onRequest?.({ verb: request.verb, resource: request.resource, code, seconds: (clock.now() - started) / 1_000 })
    }
  }

  /** Runs it with the current credential and, after a 401, once more with a new one if there can be one. */
  async function authenticated<T>(act: (credential: Credential) => Promise<T>): Promise<T> {
    const credential = await credentials.current()
    try {
      return await act(credential)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 401 || !credentials.reject(credential)) throw error
      return act(await credentials.current())
    }
  }

  async function sendOnce(request: KubeRequest, onSent: () => void, signal: AbortSignal | undefined): Promise<Answer> {
    return authenticated(async (credential) => {
      const { requests } = await transports(credential)
      const exchange = exchangeOf(request, credential, options.requestTimeoutMs)
      const answer = await tried(request, signal, () => exchangeWhole(requests, exchange, onSent, signal))
      if (answer.status >= 400) throw answerError(server, answer, request.hide)
      return answer
    })
  }

  async function send(request: KubeRequest, signal?: AbortSignal): Promise<Answer> {
    const started = clock.now()
    const idempotent = request.idempotent ?? true
    for (let number = 1; ; number++) {
      signal?.throwIfAborted()
      closing.signal.throwIfAborted()
      let sent = false
      let delay: number | undefined
      await limit.acquire(signal)
      try {
        return await sendOnce(request, () => (sent = true), signal)
      } catch (error) {
        const attempt = { number, elapsedMs: clock.now() - started, idempotent, sent }
        delay = retryDelay(error, attempt, options.retry, options.random)
        if (delay === undefined) throw error
      } finally {
        limit.release()
      }
      // The place is given back while waiting: one request in trouble must not hold up the others.
      await clock.sleep(delay, signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]))
    }
  }

  function stream(request: KubeRequest, signal?: AbortSignal): Promise<Stream> {
    signal?.throwIfAborted()
    closing.signal.throwIfAborted()
    return authenticated(async (credential) => {
      const { streams } = await transports(credential)
      const answer = await tried(request, signal, () =>
        exchangeStream(streams, exchangeOf(request, credential, 0), signal),
      )
      if (answer.status >= 400) throw answerError(server, { ...answer, text: await readText(answer) })
      return { ...answer, chunks: worded(answer.chunks, signal) }
    })
  }

  async function* worded(chunks: AsyncIterable<Buffer>, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    try {
      yield* chunks
    } catch (error) {
      signal?.throwIfAborted()
      closing.signal.throwIfAborted()
      throw wireError(route, error, 0)
    }
  }

  return {
    server,
    counters,
    send,
    stream,
    async [Symbol.asyncDispose]() {
      closing.abort(new ConnectionError(`the client of the API server ${server} is closed`))
      const last = await opening?.catch(() => undefined)
      await Promise.allSettled([last?.requests.destroy(), last?.streams.destroy()])
    },
  }
}

function sameCertificate(a: Credential, b: Credential): boolean {
  return a.certificate?.cert === b.certificate?.cert && a.certificate?.key === b.certificate?.key
}

function fixedHeadersOf(connection: Connection, userAgent: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'user-agent': userAgent }
  const { impersonate } = connection
  if (impersonate === undefined) return headers
  headers['impersonate-user'] = impersonate.user
  if (impersonate.uid !== '') headers['impersonate-uid'] = impersonate.uid
  if (impersonate.groups.length > 0) headers['impersonate-group'] = [...impersonate.groups]
  return headers
}
