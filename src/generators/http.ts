/** HTTP for generators: one request with limits, honouring proxies; credentials never follow a redirect to another host. Effects: network. */
import type { Dispatcher } from 'undici'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { HttpRequest, HttpResponse } from '../delivery/applicationset/context.ts'

export interface GeneratorHttp extends AsyncDisposable {
  /** Throws HalcyonError GeneratorFailed when there is no answer; a status that is no success is an answer. */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>
}

type Undici = Pick<typeof import('undici'), 'Agent' | 'EnvHttpProxyAgent'>

const usualTimeoutMs = 30_000
const bodyLimit = 64 * 1024 * 1024

export function createGeneratorHttp(): GeneratorHttp {
  const dispatchers = new Map<string, Dispatcher>()

  function dispatcherFor({ Agent, EnvHttpProxyAgent }: Undici, { insecure = false, ca = '' }: HttpRequest): Dispatcher {
    const key = `${insecure} ${ca}`
    const known = dispatchers.get(key)
    if (known !== undefined) return known
    const tls = { rejectUnauthorized: !insecure, ...(ca === '' ? {} : { ca }) }
    const created = hasProxy() ? new EnvHttpProxyAgent({ connect: tls, requestTls: tls }) : new Agent({ connect: tls })
    dispatchers.set(key, created)
    return created
  }

  return {
    async send(asked, signal) {
      const timeout = asked.timeoutMs ?? usualTimeoutMs
      try {
        // Loaded when the first generator asks: the whole client is 9 MiB (measured), and most fleets have no such generator.
        const undici = await import('undici')
        const answer = await undici.request(asked.url, {
          method: asked.method,
          dispatcher: dispatcherFor(undici, asked),
          headers: { 'user-agent': 'halcyon', ...asked.headers },
          ...(asked.body === undefined ? {} : { body: asked.body }),
          headersTimeout: timeout,
          bodyTimeout: timeout,
          ...(signal === undefined ? {} : { signal }),
        })
        const headers = Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        )
        return { status: answer.statusCode, headers, body: await collect(answer.body, asked.url) }
      } catch (error) {
        if (signal?.aborted || error instanceof HalcyonError) throw error
        throw new HalcyonError('GeneratorFailed', `${withoutQuery(asked.url)} does not answer: ${messageOf(error)}`, {
          cause: error,
        })
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...dispatchers.values()].map((one) => one.destroy()))
      dispatchers.clear()
    },
  }
}

function hasProxy(): boolean {
  return ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => process.env[name])
}

async function collect(body: AsyncIterable<Uint8Array>, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bodyLimit)
      throw new HalcyonError('GeneratorFailed', `${withoutQuery(url)} answers with more than 64 MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
