/** One HTTP exchange with an API server over kept-alive HTTP/1.1 connections. Effect: the network. */
import { createRequire } from 'node:module'
import type { Dispatcher, Pool as UndiciPool } from 'undici'
import type { ClientCertificate, Connection } from './connection.ts'

// Only the pool: the package's main module also loads fetch, WebSocket and caches, 13 MiB that nothing here uses (measured).
const Pool = createRequire(import.meta.url)('undici/lib/dispatcher/pool.js') as typeof UndiciPool

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Exchange {
  readonly method: Method
  /** With the query, without the server's own path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer | undefined
  /** Milliseconds until the response starts, and between two pieces of it. 0 = no limit. */
  readonly headersTimeout: number
  readonly bodyTimeout: number
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** What happens to an exchange, in order: `start`, any number of `data`, then `end`; or `fail` at any point. */
export interface Receiver {
  /** The exchange is about to be written to a connection: from here on the server may have seen it. */
  sent?(): void
  start(status: number, headers: Headers): void
  data(chunk: Buffer): void
  end(): void
  fail(error: Error): void
}

export interface Running {
  /** Ends it early: `fail` is called with the reason, at once. Harmless when it has ended. */
  cancel(reason: Error): void
  /** Stops reading from the connection until `resume`. */
  pause(): void
  resume(): void
}

export interface Transport {
  begin(exchange: Exchange, receiver: Receiver): Running
  /** Lets running exchanges end, then closes the connections. */
  close(): Promise<void>
  /** Ends everything at once. */
  destroy(): Promise<void>
}

export interface TransportOptions {
  /** Connections at most; undefined = no limit. */
  readonly connections: number | undefined
  /** Bytes; a longer response fails. 0 = no limit. */
  readonly maxResponseBytes: number
  readonly connectTimeoutMs: number
}

const keepAliveMs = 60_000
/** Faster than the system's two hours: a half-open connection is noticed within minutes. */
const tcpKeepAliveMs = 30_000

export async function openTransport(
  connection: Connection,
  certificate: ClientCertificate | undefined,
  options: TransportOptions,
): Promise<Transport> {
  const url = new URL(connection.server)
  const base = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '')
  const dispatcher = await openDispatcher(url, connection, certificate, options)
  return {
    begin: (exchange, receiver) => dispatch(dispatcher, url.origin, base, exchange, receiver),
    close: () => dispatcher.close(),
    destroy: () => dispatcher.destroy(),
  }
}

async function openDispatcher(
  url: URL,
  connection: Connection,
  certificate: ClientCertificate | undefined,
  options: TransportOptions,
): Promise<Dispatcher> {
  const { tls } = connection
  const client = certificate ?? tls.client
  const tlsOptions = {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(client === undefined ? {} : { cert: client.cert, key: client.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  }
  const shared = {
    connections: options.connections ?? null,
    pipelining: 1,
    // One request per connection at a time measured cheaper per request than HTTP/2 streams, and a lost packet stalls only one.
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    maxResponseSize: options.maxResponseBytes === 0 ? -1 : options.maxResponseBytes,
  }
  const connect = {
    ...tlsOptions,
    timeout: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  }
  if (connection.proxyUrl === undefined) return new Pool(url.origin, { ...shared, connect })
  const { ProxyAgent } = await import('undici')
  const connectTimeout = options.connectTimeoutMs
  return new ProxyAgent({ ...shared, uri: connection.proxyUrl, requestTls: tlsOptions, connectTimeout })
}

function dispatch(
  dispatcher: Dispatcher,
  origin: string,
  base: string,
  exchange: Exchange,
  receiver: Receiver,
): Running {
  let controller: Dispatcher.DispatchController | undefined
  let cancelled: Error | undefined
  let ended = false
  dispatcher.dispatch(
    {
      origin,
      path: base + exchange.path,
      method: exchange.method,
      headers: exchange.headers,
      body: exchange.body ?? null,
      headersTimeout: exchange.headersTimeout,
      bodyTimeout: exchange.bodyTimeout,
    },
    {
      onRequestStart(started) {
        controller = started
        if (cancelled === undefined) receiver.sent?.()
        else started.abort(cancelled)
      },
      onResponseStart(_controller, status, headers) {
        // 1xx are not the answer.
        if (status >= 200) receiver.start(status, headers)
      },
      onResponseData: (_controller, chunk) => receiver.data(chunk),
      onResponseEnd() {
        if (ended) return
        ended = true
        receiver.end()
      },
      onResponseError(_controller, error) {
        if (ended) return
        ended = true
        receiver.fail(error)
      },
    },
  )
  return {
    cancel(reason) {
      if (ended) return
      ended = true
      cancelled = reason
      controller?.abort(reason)
      receiver.fail(reason)
    },
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  }
}
