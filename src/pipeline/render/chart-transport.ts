/** HTTP for charts: one GET with limits, credentials for one host only, honouring proxies. Effects: network. */
import type { Dispatcher } from 'undici'

export interface ChartCredentials {
  readonly username: string
  readonly password: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  readonly url: string
}

export interface ChartTransport extends AsyncDisposable {
  /** Follows redirects; `headers` (credentials) are dropped when the host changes. Throws Error on a network failure or when the body exceeds the limit. */
  get(url: string, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<HttpAnswer>
}

const bodyLimit = 256 * 1024 * 1024
const timeoutMs = 60_000

export function createChartTransport(): ChartTransport {
  // Opened on first use: most fleets never need it.
  let dispatcher: Dispatcher | undefined
  return {
    async get(url, headers = {}, signal) {
      // Loaded on first use as well: the whole client is 9 MiB that a fleet without remote charts never needs (measured).
      const { Agent, EnvHttpProxyAgent, request } = await import('undici')
      dispatcher ??= hasProxy() ? new EnvHttpProxyAgent() : new Agent()
      let at = url
      let sent = headers
      for (let hops = 0; hops < 10; hops++) {
        const answer = await request(at, {
          dispatcher,
          headers: { 'user-agent': 'halcyon', ...sent },
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        })
        const location = answer.headers['location']
        if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
          await answer.body.dump()
          const next = new URL(location, at)
          if (next.host !== new URL(at).host) sent = withoutCredentials(sent)
          at = next.href
          continue
        }
        return { status: answer.statusCode, headers: answer.headers, body: await collect(answer.body), url: at }
      }
      throw new Error('too many redirects')
    },
    async [Symbol.asyncDispose]() {
      await dispatcher?.destroy()
    },
  }
}

export function basicAuthorization(credentials: ChartCredentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

function hasProxy(): boolean {
  return ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => Boolean(process.env[name]))
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bodyLimit) throw new Error(`the answer exceeds ${bodyLimit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
