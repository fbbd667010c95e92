/** A sandbox without controllers behind plain HTTP, and a caller that shows what comes back. Effects: a socket. For tests. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { FakeClock } from '../../runtime/clock.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox.ts'

export interface Reply {
  code: number
  /** Parsed JSON, or the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever the server says
  body: any
  text: string
  headers: IncomingHttpHeaders
  /** The texts of Warning headers. */
  warnings: string[]
}

export interface CallOptions {
  body?: unknown
  /** Default: JSON for a body. */
  type?: string
  headers?: Record<string, string | string[]>
  /** Default: the administrator's; '' sends none. */
  token?: string
}

export interface WatchStream extends Disposable {
  /** The next event as `TYPE NAME` is in `label`; the whole is in `event`. */
  next(): Promise<{ label: string; event: { type: string; object: Record<string, unknown> } }>
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>
}

export interface Api extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly clock: FakeClock
  call(method: string, path: string, options?: CallOptions): Promise<Reply>
  watch(path: string, options?: CallOptions): Promise<WatchStream>
}

export async function startApi(options: Partial<SandboxOptions> = {}): Promise<Api> {
  const clock = new FakeClock()
  const sandbox = await startSandbox({ clock, tls: false, simulate: false, freeze: true, ...options })
  const { hostname, port } = new URL(sandbox.url)

  function send(method: string, path: string, { body, type, headers, token }: CallOptions) {
    const bytes =
      body === undefined
        ? undefined
        : Buffer.isBuffer(body)
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const bearer = token ?? sandbox.token
    const request = httpRequest({
      method,
      hostname,
      port,
      path,
      headers: {
        ...(bearer !== '' && { authorization: `Bearer ${bearer}` }),
        ...(bytes !== undefined && { 'content-type': type ?? 'application/json', 'content-length': bytes.length }),
        ...headers,
      },
    })
    request.end(bytes)
    return request
  }

  return {
    sandbox,
    clock,
    call(method, path, callOptions = {}) {
      return new Promise((resolve, reject) => {
        send(method, path, callOptions)
          .on('error', reject)
          .on('response', (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8')
              const isJson = text !== '' && response.headers['content-type']?.startsWith('application/json') === true
              const warnings = (response.headersDistinct['warning'] ?? []).map(warningText)
              resolve({
                code: response.statusCode ?? 0,
                body: isJson ? JSON.parse(text) : text,
                text,
                headers: response.headers,
                warnings,
              })
            })
          })
      })
    },
    watch(path, callOptions = {}) {
      return new Promise((resolve, reject) => {
        const request = send('GET', path, callOptions)
        request.on('error', reject).on('response', (response) => {
          if (response.statusCode !== 200) {
            reject(new Error(`the watch was answered ${response.statusCode}`))
            return
          }
          const lines: string[] = []
          const waiting: ((line: string) => void)[] = []
          let rest = ''
          response.on('data', (chunk: Buffer) => {
            const parts = (rest + chunk.toString('utf8')).split('\n')
            rest = parts.pop() ?? ''
            for (const line of parts) {
              const waiter = waiting.shift()
              if (waiter === undefined) lines.push(line)
              else waiter(line)
            }
          })
          response.on('error', () => {})
          resolve({
            ended: new Promise((done) => response.on('close', done)),
            async next() {
              const line = lines.shift() ?? (await new Promise<string>((next) => waiting.push(next)))
              const event = JSON.parse(line) as {
                type: string
                object: { metadata?: { name?: string } } & Record<string, unknown>
              }
              return { label: `${event.type} ${event.object.metadata?.name ?? ''}`.trim(), event }
            },
            [Symbol.dispose]: () => request.destroy(),
          })
        })
      })
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

/** A ConfigMap for a body. */
export function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

/** A Deployment for a body. */
export function deployment(name: string, spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } },
      ...spec,
    },
  }
}

function warningText(header: string): string {
  return (/^299 - "(.*)"$/.exec(header)?.[1] ?? header).replace(/\\(.)/g, '$1')
}
