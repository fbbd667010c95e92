/**
 * Stands in front of an API server, the sandbox or a real one, and answers in its place when a story says so: the same faults for both.
 * Effects: listens on loopback, talks to the server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as send } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Connection } from '../../src/kube/connection.ts'
import type { Intercept, RawRequest } from '../../src/sandbox/http/server.ts'
import { loadIdentity } from '../../src/sandbox/identity.ts'
import { kubeconfigText } from '../../src/sandbox/kubeconfig.ts'

export interface Faults {
  /** Sets or clears the fault that is injected. */
  intercept(hook: Intercept | undefined): void
  /** Ends every open watch, as a restart of the server does. */
  closeWatches(): void
}

export interface FaultProxy extends Faults, AsyncDisposable {
  /** The text of a kubeconfig that leads here. */
  kubeconfig(): string
}

export interface FaultProxyOptions {
  readonly server: Connection
  /** Keeps the certificate, so that clients of an earlier start still trust this one. */
  readonly directory: string
  /** Default: any free one. */
  readonly port?: number | undefined
  readonly intercept?: Intercept | undefined
}

/** Listens when it resolves. The server behind it must take a token or a client certificate. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { tls, identity, server, name } = options.server
  if (identity.type !== 'token' && tls.client === undefined) {
    throw new Error(`Cannot stand in front of ${name}: its user has neither a token nor a client certificate`)
  }
  const own = loadIdentity(options.directory, Date.now())
  const target = new URL(server)
  const agent = new Agent({
    keepAlive: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.client === undefined ? {} : { cert: tls.client.cert, key: tls.client.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  })
  const token = identity.type === 'token' ? identity.token : own.token
  const watches = new Set<ServerResponse>()
  let hook = options.intercept

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const raw = toRawRequest(request, body)
    const answer = hook?.(raw)
    if (answer === 'reset') {
      response.socket?.resetAndDestroy()
      return
    }
    if (answer !== undefined) {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
      return
    }
    if (isWatch(raw)) watches.add(response)
    await forward(request, body, response)
    watches.delete(response)
  }

  /** Resolves when the exchange is over, however it ended. */
  function forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { authorization, host: _, ...headers } = request.headers
    const passed = identity.type === 'token' && authorization !== undefined ? { ...headers, authorization } : headers
    return new Promise((resolve) => {
      const upstream = send(
        { agent, host: target.hostname, port: target.port, path: request.url, method: request.method, headers: passed },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          response.flushHeaders()
          answer.on('error', () => response.destroy())
          answer.pipe(response)
        },
      )
      upstream.on('error', () => response.destroy())
      response.on('close', () => {
        upstream.destroy()
        resolve()
      })
      upstream.end(body)
    })
  }

  const listener = createServer(
    { cert: own.certificates.certificatePem, key: own.certificates.keyPem },
    (request, response) => {
      handle(request, response).catch(() => response.destroy())
    },
  )
  const sockets = new Set<Socket>()
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return {
    kubeconfig: () => kubeconfigText({ url, token, caPem: own.certificates.caPem, name: 'halcyon-story' }),
    intercept: (next) => {
      hook = next
    },
    closeWatches: () => {
      for (const watch of watches) watch.end()
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      agent.destroy()
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function toRawRequest(request: IncomingMessage, body: Buffer): RawRequest {
  const [path = '', query = ''] = (request.url ?? '/').split('?', 2)
  return {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    accept: request.headers.accept ?? '',
    contentType: request.headers['content-type'] ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    body,
  }
}

function isWatch({ query }: RawRequest): boolean {
  const value = query.get('watch')
  return value === 'true' || value === '1'
}
