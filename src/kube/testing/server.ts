/** A real HTTP(S) server on loopback whose behaviour a test scripts request by request. Effect: listens. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Connection, Identity } from '../connection.ts'
import type { TestCertificate } from './certificate.ts'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Respond = (request: Received, response: ServerResponse, number: number) => void

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Every request so far. */
  readonly received: readonly Received[]
  /** Connections accepted so far. */
  readonly connections: number
  /** Common names of the certificates that clients showed, one per request. */
  readonly clientNames: readonly string[]
  connection(identity?: Identity, tls?: Partial<Connection['tls']>): Connection
}

/** `number` counts requests from 1. With a certificate it speaks TLS and asks clients for theirs. */
export async function startTestServer(respond: Respond, certificate?: TestCertificate): Promise<TestServer> {
  const received: Received[] = []
  const clientNames: string[] = []
  let connections = 0
  const listener = (message: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    message.on('data', (part: Buffer) => parts.push(part))
    message.on('end', () => {
      const request = {
        method: message.method ?? '',
        url: message.url ?? '',
        headers: message.headers,
        body: Buffer.concat(parts).toString('utf8'),
      }
      received.push(request)
      if (message.socket instanceof TLSSocket) clientNames.push(String(message.socket.getPeerCertificate().subject?.CN))
      respond(request, response, received.length)
    })
  }
  const server: Server =
    certificate === undefined
      ? createServer(listener)
      : createTlsServer({ ...certificate, requestCert: true, rejectUnauthorized: false }, listener)
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  return {
    url,
    received,
    clientNames,
    get connections() {
      return connections
    },
    connection: (identity = { type: 'none' }, tls = {}) => ({
      name: 'test',
      server: url,
      namespace: 'default',
      tls: { ca: certificate?.cert, insecure: false, serverName: undefined, client: undefined, ...tls },
      proxyUrl: undefined,
      identity,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function sendJson(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(
    response,
    code,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code },
    headers,
  )
}
