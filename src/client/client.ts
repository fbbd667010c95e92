/** A typed client of the HTTP API over fetch, for the CLI and the web UI. Runs in Node and in browsers. */

import { HalcyonError } from '../api/errors.ts'
import type { HoldView, UndoView } from '../api/hold.ts'
import type { ResourceSelector } from '../api/resource-selector.ts'
import type {
  ApplicationDetail,
  ApplicationView,
  EventView,
  HealthStatus,
  HistoryView,
  ListedApplication,
  OperationView,
  OverviewView,
  PlanView,
  SyncStatus,
  WhyView,
} from '../api/views.ts'
import { errorOfNoAnswer, errorOfResponse } from './problem.ts'
import { readServerSentEvents } from './sse.ts'

/** `GET /api/v1/status`: the whole installation in one answer. */
export interface StatusView {
  readonly version: string
  readonly applications: number
  readonly sync: Readonly<Partial<Record<SyncStatus, number>>>
  readonly health: Readonly<Partial<Record<HealthStatus, number>>>
  /** Empty when ready. */
  readonly notReady: readonly string[]
  readonly statistics: {
    readonly renders: number
    readonly requests: { readonly mutating: number; readonly other: number }
  }
}

/** An automatic decision with what went in. */
export interface DecisionView {
  readonly id: number
  readonly at: string
  readonly application: string
  readonly rule: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outcome: string
  readonly reason: string
}

export interface ApplicationFilter {
  readonly project?: string
  readonly sync?: SyncStatus
  readonly health?: HealthStatus
  /** Part of the name, project, namespace, cluster, repository, path or message. */
  readonly q?: string
}

/** One page of a list. */
export interface ApplicationPageFilter extends ApplicationFilter {
  readonly group?: 'needsYou' | 'shipping' | 'waiting' | 'quiet' | 'held'
  /** Default `name`. */
  readonly sort?: 'urgency' | 'name' | 'changed'
  readonly limit?: number
  readonly cursor?: string
}

export interface EventFilter {
  readonly after?: number
  readonly before?: number
  readonly application?: string
  readonly types?: readonly string[]
  readonly limit?: number
  readonly newestFirst?: boolean
}

/** Every call throws HalcyonError with the server's reason, ServerUnreachable when nothing answers; an aborted signal rejects with its reason. */
export interface HalcyonClient {
  readonly url: string
  status(signal?: AbortSignal): Promise<StatusView>
  /** All pages. */
  applications(filter?: ApplicationFilter, signal?: AbortSignal): Promise<readonly ApplicationView[]>
  applicationPage(filter: ApplicationPageFilter, signal?: AbortSignal): Promise<Page<ListedApplication>>
  overview(limit?: number, signal?: AbortSignal): Promise<OverviewView>
  application(name: string, signal?: AbortSignal): Promise<ApplicationDetail>
  /** Multi-document YAML, secrets masked unless `reveal`. */
  manifests(name: string, options?: { revision?: string; reveal?: boolean }, signal?: AbortSignal): Promise<string>
  plan(name: string, signal?: AbortSignal): Promise<PlanView>
  why(name: string, signal?: AbortSignal): Promise<WhyView>
  history(name: string, limit?: number, signal?: AbortSignal): Promise<readonly HistoryView[]>
  sync(
    name: string,
    request?: { prune?: boolean; revision?: string; dryRun?: boolean; resources?: readonly ResourceSelector[] },
    signal?: AbortSignal,
  ): Promise<OperationView>
  /** Looks again at source and cluster; undefined = every application. */
  refresh(name: string | undefined, options?: { hard?: boolean }, signal?: AbortSignal): Promise<void>
  terminate(name: string, signal?: AbortSignal): Promise<void>
  undo(name: string, request?: { to?: string; reason?: string }, signal?: AbortSignal): Promise<UndoView>
  hold(name: string, request?: { reason?: string; until?: string }, signal?: AbortSignal): Promise<HoldView>
  resume(name: string, signal?: AbortSignal): Promise<void>
  approve(name: string, plan: string, signal?: AbortSignal): Promise<void>
  events(filter?: EventFilter, signal?: AbortSignal): Promise<readonly EventView[]>
  /**
   * The event log from `after` on, without gap or repetition: a lost connection is taken up again at the last event seen,
   * with growing pauses. Ends only with the signal, or throws when the server refuses (not when it is away).
   */
  follow(
    filter: { after?: number; application?: string; onConnection?: (connected: boolean) => void },
    signal: AbortSignal,
  ): AsyncIterable<EventView>
  /** From the code of a sign-in link to a session cookie; only in a browser. */
  signIn(code: string): Promise<void>
  signOut(): Promise<void>
  /** A link that signs a browser in, once, within ten minutes. */
  signInLink(): Promise<string>
  decisions(filter?: { application?: string; limit?: number }, signal?: AbortSignal): Promise<readonly DecisionView[]>
}

export interface ClientOptions {
  /** '' = where the page comes from. */
  readonly url: string
  /** Absent in a browser: the session counts. */
  readonly token?: string
  readonly fetch?: typeof fetch
  /** Waits between reconnects of `follow`; an argument so that tests need not wait. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor?: string
  readonly total?: number
}

export function createClient(options: ClientOptions): HalcyonClient {
  const base = options.url.replace(/\/+$/, '')
  const sleep = options.sleep ?? pause
  const doFetch = options.fetch ?? fetch

  async function request(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    call: { doing: string; query?: Query; body?: unknown; accept?: string; headers?: Record<string, string> },
    signal?: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = {
      accept: call.accept ?? 'application/json',
      ...(options.token === undefined ? { 'x-halcyon-page': '1' } : { authorization: `Bearer ${options.token}` }),
      ...call.headers,
    }
    const init: RequestInit = { method, headers }
    if (call.body !== undefined) {
      headers['content-type'] = 'application/json'
      init.body = JSON.stringify(call.body)
    }
    if (signal !== undefined) init.signal = signal
    let response: Response
    try {
      response = await doFetch(`${base}/api/v1/${path}${queryText(call.query)}`, init)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      // A `fetch` given by the caller may know better what is the matter.
      throw error instanceof HalcyonError ? error : errorOfNoAnswer(base, error)
    }
    if (!response.ok) throw errorOfResponse(response.status, await response.text(), call.doing)
    return response
  }

  async function json<T>(
    method: 'GET' | 'POST',
    path: string,
    call: { doing: string; query?: Query; body?: unknown },
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await request(method, path, call, signal)
    return (await response.json()) as T
  }

  async function items<T>(path: string, call: { doing: string; query?: Query }, signal?: AbortSignal) {
    return (await json<Page<T>>('GET', path, call, signal)).items
  }

  const client: HalcyonClient = {
    url: base,
    status: (signal) => json('GET', 'status', { doing: 'read the status' }, signal),
    applications: async (filter = {}, signal) => {
      const all: ApplicationView[] = []
      let cursor: string | undefined
      do {
        const query = { ...filter, limit: 500, cursor }
        const page: Page<ApplicationView> = await json(
          'GET',
          'applications',
          { doing: 'list applications', query },
          signal,
        )
        all.push(...page.items)
        cursor = page.cursor
      } while (cursor !== undefined && cursor !== '')
      return all
    },
    applicationPage: (filter, signal) =>
      json('GET', 'applications', { doing: 'list applications', query: { ...filter } }, signal),
    overview: (limit, signal) => json('GET', 'overview', { doing: 'read the overview', query: { limit } }, signal),
    application: (name, signal) => json('GET', applicationPath(name), { doing: `get ${name}` }, signal),
    manifests: async (name, { revision, reveal } = {}, signal) => {
      const call = { doing: `render ${name}`, accept: 'application/yaml', query: { revision, reveal } }
      return (await request('GET', applicationPath(name, 'manifests'), call, signal)).text()
    },
    plan: (name, signal) => json('GET', applicationPath(name, 'plan'), { doing: `plan ${name}` }, signal),
    why: (name, signal) => json('GET', applicationPath(name, 'why'), { doing: `explain ${name}` }, signal),
    history: (name, limit, signal) =>
      items(applicationPath(name, 'history'), { doing: `read the history of ${name}`, query: { limit } }, signal),
    sync: (name, body = {}, signal) =>
      json('POST', applicationPath(name, 'sync'), { doing: `sync ${name}`, body }, signal),
    refresh: async (name, { hard = false } = {}, signal) => {
      const path = name === undefined ? 'refresh' : applicationPath(name, 'refresh')
      await request('POST', path, { doing: `refresh ${name ?? 'all applications'}`, body: { hard } }, signal)
    },
    terminate: async (name, signal) => {
      await request('POST', applicationPath(name, 'terminate'), { doing: `stop the sync of ${name}`, body: {} }, signal)
    },
    undo: (name, body = {}, signal) =>
      json('POST', applicationPath(name, 'undo'), { doing: `undo ${name}`, body }, signal),
    hold: (name, body = {}, signal) =>
      json('POST', applicationPath(name, 'hold'), { doing: `hold ${name}`, body }, signal),
    resume: async (name, signal) => {
      await request('POST', applicationPath(name, 'resume'), { doing: `resume ${name}`, body: {} }, signal)
    },
    approve: async (name, plan, signal) => {
      const call = { doing: `approve deletes of ${name}`, body: { plan } }
      await request('POST', applicationPath(name, 'approve'), call, signal)
    },
    events: (filter = {}, signal) => {
      const { types, ...rest } = filter
      return items('events', { doing: 'read events', query: { ...rest, type: types?.join(',') } }, signal)
    },
    follow: (filter, signal) => follow(filter, signal),
    signIn: async (code) => {
      await request('POST', 'session', { doing: 'sign in', body: { code } })
    },
    signOut: async () => {
      await request('DELETE', 'session', { doing: 'sign out' })
    },
    signInLink: async () => {
      const { path } = await json<{ path: string }>('POST', 'sign-in-links', { doing: 'make a sign-in link' })
      return `${base}${path}`
    },
    decisions: (filter = {}, signal) => items('decisions', { doing: 'read decisions', query: { ...filter } }, signal),
  }

  async function* follow(
    filter: { after?: number; application?: string; onConnection?: (connected: boolean) => void },
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    let last = filter.after
    let failures = 0
    while (!signal.aborted) {
      try {
        const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': String(last) }
        const query = { application: filter.application, after: last }
        const call = { doing: 'follow events', accept: 'text/event-stream', query, headers }
        const response = await request('GET', 'events/stream', call, signal)
        failures = 0
        filter.onConnection?.(true)
        if (response.body === null) return
        for await (const message of readServerSentEvents(response.body)) {
          const event = parseEvent(message.data)
          // The server may repeat after a reconnect; the sequence number tells.
          if (last !== undefined && event.seq <= last) continue
          last = event.seq
          yield event
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof HalcyonError && error.reason !== 'ServerUnreachable') throw error
      }
      if (!signal.aborted) filter.onConnection?.(false)
      failures++
      await sleep(Math.min(10_000, 250 * 2 ** Math.min(failures, 8)), signal).catch(() => {})
    }
  }

  return client
}

/** An event that cannot be read would stop every reconnect at the same place: better to say so. */
function parseEvent(text: string): EventView {
  try {
    const event = JSON.parse(text) as EventView
    if (typeof event.seq === 'number') return event
  } catch {
    // Said below, with the text.
  }
  throw new HalcyonError('Internal', `Cannot follow events: the server sent ${JSON.stringify(text.slice(0, 100))}`)
}

function applicationPath(name: string, part?: string): string {
  const path = `applications/${encodeURIComponent(name)}`
  return part === undefined ? path : `${path}/${part}`
}

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(key, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
