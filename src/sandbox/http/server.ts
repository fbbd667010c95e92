/** The HTTP edge: sockets, bodies, tokens, answers, watches. Effects: listens on loopback. */
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Status } from '../../kube/errors.ts'
import type { Authenticate, HeaderLists } from '../access/authenticate.ts'
import type { User } from '../access/user.ts'
import { MAX_BODY_BYTES } from '../body.ts'
import type { Certificates } from '../certificate/certificate.ts'
import type { Answer } from '../request.ts'
import { StatusError, tooLarge } from '../status-error.ts'
import type { Watch, WatchSink } from '../verbs/watch.ts'
import { represent } from './represent.ts'

// Not imported: an import of node:http reads all its exports, and the getters among them load the whole of fetch and WebSocket
// (40 ms and 4 MiB, measured).
const { createServer } = process.getBuiltinModule('node:http')
const { createServer: createTlsServer } = process.getBuiltinModule('node:https')

/** A request before it is understood. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
  readonly contentType: string
  readonly userAgent: string
  readonly body: Buffer
}

/** For tests: answer instead of the server, or close the connection. */
export type Intercept = (
  request: RawRequest,
) => undefined | { status: number; body?: unknown; headers?: Record<string, string> } | 'reset'

export type Handled =
  | { answer: Answer; warnings: readonly string[] }
  | { watch: (sink: WatchSink) => Watch; warnings: readonly string[] }

export interface HttpOptions {
  port: number
  /** Throws a StatusError when it does not know the caller. */
  authenticate: Authenticate
  certificates: Certificates | undefined
  handle(request: RawRequest, user: User): Handled
  intercept: () => Intercept | undefined
  /** An error that is no refusal: a defect of the sandbox. */
  onDefect(error: unknown): void
}

export interface HttpServer {
  readonly port: number
  /** Watches that are being served. */
  readonly openWatches: number
  /** Ends every watch as a server that restarts does. */
  closeWatches(): void
  /** Sends a bookmark to every watch that asked for them. */
  bookmark(): void
  close(): Promise<void>
}

const BUFFER_LIMIT = 64 * 1024 * 1024

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function listen(options: HttpOptions): Promise<HttpServer> {
  const watches = new Map<ServerResponse, Watch>()
  const sockets = new Set<Socket>()

  const onRequest: RequestListener = (message, response) => {
    if (message.method === 'GET' || message.method === 'HEAD') {
      respond(message, response, EMPTY)
      return
    }
    let chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY_BYTES) chunks.push(chunk)
      else if (!response.headersSent) {
        // Told at once; what still comes is not kept, and the connection ends with the answer.
        chunks = []
        response.shouldKeepAlive = false
        sendError(response, tooLarge(MAX_BODY_BYTES))
      }
    })
    message.on(
      'end',
      () =>
        size <= MAX_BODY_BYTES && respond(message, response, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)),
    )
    message.on('error', () => response.destroy())
  }

  function respond(message: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const request = readRequest(message, body)
    const intercepted = options.intercept()?.(request)
    if (intercepted === 'reset') {
      message.socket.destroy()
      return
    }
    if (intercepted !== undefined) {
      const text = typeof intercepted.body === 'string' ? intercepted.body : JSON.stringify(intercepted.body ?? {})
      response.writeHead(intercepted.status, { 'content-type': 'application/json', ...intercepted.headers })
      response.end(text)
      return
    }
    try {
      const user = options.authenticate(message.headersDistinct as HeaderLists)
      const handled = options.handle(request, user)
      if ('watch' in handled) startWatch(response, handled.watch, handled.warnings)
      else sendAnswer(response, represent(request, handled.answer), handled.warnings)
    } catch (error) {
      sendError(response, error)
    }
  }

  function startWatch(response: ServerResponse, start: (sink: WatchSink) => Watch, warnings: readonly string[]): void {
    // Errors must be told before the stream opens, so the head waits for the first event or the end of the start.
    let opened = false
    const open = () => {
      if (opened) return
      opened = true
      response.writeHead(200, { 'content-type': 'application/json', ...warningHeaders(warnings) })
      response.flushHeaders()
    }
    const watch = start({
      write(line) {
        open()
        // A reader that does not read must not fill our memory: it resumes from where it was.
        if (response.writableLength > BUFFER_LIMIT) response.destroy()
        else response.write(line)
      },
      end() {
        open()
        response.end()
      },
    })
    open()
    if (response.writableEnded) {
      watch.close()
      return
    }
    watches.set(response, watch)
    response.on('close', () => {
      watches.delete(response)
      watch.close()
    })
  }

  function sendError(response: ServerResponse, error: unknown): void {
    if (!(error instanceof StatusError)) options.onDefect(error)
    const status = error instanceof StatusError ? error.status : defectStatus(error)
    if (error instanceof StatusError && error.text !== undefined) {
      sendAnswer(response, { code: error.code, body: error.text, contentType: 'text/plain; charset=utf-8' }, [])
      return
    }
    sendAnswer(response, { code: status.code ?? 500, body: JSON.stringify(status) }, [])
  }

  const server =
    options.certificates === undefined
      ? createServer(SERVER_OPTIONS, onRequest)
      : createTlsServer(
          { ...SERVER_OPTIONS, cert: options.certificates.certificatePem, key: options.certificates.keyPem },
          onRequest,
        )
  // Clients keep their connections; closing one that is about to be used would look like a failure.
  server.keepAliveTimeout = 120_000
  server.requestTimeout = 0
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })

  return {
    port: (server.address() as AddressInfo).port,
    get openWatches() {
      return watches.size
    },
    closeWatches() {
      for (const response of [...watches.keys()]) response.end()
    },
    bookmark() {
      for (const watch of watches.values()) watch.bookmark()
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
    },
  }
}

const SERVER_OPTIONS = { noDelay: true, maxHeaderSize: 64 * 1024 }
const EMPTY = Buffer.alloc(0)

function readRequest(message: IncomingMessage, body: Buffer): RawRequest {
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    accept: message.headers.accept ?? '',
    contentType: message.headers['content-type'] ?? '',
    userAgent: message.headers['user-agent'] ?? '',
    body,
  }
}

function sendAnswer(response: ServerResponse, answer: Answer, warnings: readonly string[]): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.code, {
    'content-type': answer.contentType ?? 'application/json',
    'content-length': body.length,
    ...warningHeaders(warnings),
  })
  response.end(body)
}

function warningHeaders(warnings: readonly string[]): OutgoingHttpHeaders {
  if (warnings.length === 0) return {}
  return { Warning: warnings.map((text) => `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`) }
}

function defectStatus(error: unknown): Status {
  const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    code: 500,
  }
}
