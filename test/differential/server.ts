/** One API server of a differential run: requests in, status and parsed body out. Effects: HTTP. */
import { Agent, request } from 'undici'
import type { Data } from './data.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly contentType?: string
  readonly userAgent?: string
}

export interface Reply {
  readonly code: number
  readonly body: Data
  readonly warnings: readonly string[]
}

export interface Server extends AsyncDisposable {
  readonly name: string
  call(call: Call): Promise<Reply>
  /** Events from a version on, until `enough` says so. */
  watch(path: string, resourceVersion: string, enough: (event: Data) => boolean): Promise<Data[]>
}

export interface ServerAddress {
  readonly name: string
  readonly url: string
  readonly token?: string | undefined
  readonly ca?: string | undefined
  readonly insecure?: boolean
  readonly certificate?: { cert: string; key: string } | undefined
}

const PATIENCE_MS = 5_000

export function connect(address: ServerAddress): Server {
  const { url, token, ca, certificate } = address
  const dispatcher = new Agent({
    connect: { ...(ca !== undefined && { ca }), rejectUnauthorized: address.insecure !== true, ...certificate },
    connections: 16,
    allowH2: false,
  })

  function headersOf(call: Partial<Call>): Record<string, string> {
    return {
      accept: 'application/json',
      'user-agent': call.userAgent ?? 'differential/1.0',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
    }
  }

  return {
    name: address.name,
    async call(call) {
      const query = new URLSearchParams(call.query).toString()
      const answer = await request(`${url}${call.path}${query === '' ? '' : `?${query}`}`, {
        method: call.method,
        dispatcher,
        headers: headersOf(call),
        ...(call.body !== undefined && {
          body: typeof call.body === 'string' ? call.body : JSON.stringify(call.body),
        }),
      })
      const text = await answer.body.text()
      const given = answer.headers['warning']
      const warnings = given === undefined ? [] : Array.isArray(given) ? given : [given]
      return { code: answer.statusCode, body: parse(text), warnings }
    },
    async watch(path, resourceVersion, enough) {
      const query = new URLSearchParams({ watch: 'true', resourceVersion }).toString()
      const abort = new AbortController()
      const patience = setTimeout(() => abort.abort(new Error(`no end of the watch of ${path}`)), PATIENCE_MS)
      const events: Data[] = []
      try {
        const answer = await request(`${url}${path}?${query}`, {
          method: 'GET',
          dispatcher,
          headers: headersOf({}),
          signal: abort.signal,
        })
        let rest = ''
        for await (const chunk of answer.body) {
          rest += String(chunk)
          const lines = rest.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) {
            const event = parse(line)
            if (enough(event)) return events
            events.push(event)
          }
        }
        return events
      } finally {
        clearTimeout(patience)
        abort.abort()
      }
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
    },
  }
}

/** Not every answer is JSON: what is not becomes its text. */
function parse(text: string): Data {
  try {
    return JSON.parse(text) as Data
  } catch {
    return { text }
  }
}
