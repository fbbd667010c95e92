/** A small engine for tests of the server: a fixed fleet and an event log that the test writes. It delivers nothing. */
import { countStates } from '../api/counts.ts'
import { HalcyonError } from '../api/errors.ts'
import type { HoldView } from '../api/hold.ts'
import type { ApplicationView, EventView } from '../api/views.ts'
import type { Engine } from './engine.ts'

const at = '2026-01-01T00:00:00.000Z'

export function testApplicationView(name: string, fields: Partial<ApplicationView> = {}): ApplicationView {
  return {
    name,
    project: 'default',
    implicit: false,
    destination: { cluster: 'sandbox', namespace: name },
    sources: [{ repoURL: 'https://git.example.com/fleet.git', path: `apps/${name}`, targetRevision: 'HEAD' }],
    sync: { status: 'Synced', since: at },
    health: { status: 'Healthy', since: at },
    revision: 'a'.repeat(40),
    syncedRevision: 'a'.repeat(40),
    reason: '',
    message: '',
    objects: 4,
    automated: { enabled: true, prune: true, selfHeal: true },
    observedAt: at,
    ...fields,
  }
}

const testHold: HoldView = {
  revisions: ['a'.repeat(40)],
  quarantined: [],
  lift: 'newer',
  reason: 'it broke',
  who: 'api',
  since: at,
}

export interface TestEngine extends Engine {
  /** What was asked for, as text: `sync shop {...}`. */
  readonly calls: string[]
  readonly log: EventView[]
  append(message: string, application?: string): EventView
  unready: string[]
}

export function createTestEngine(applications: readonly ApplicationView[]): TestEngine {
  const calls: string[] = []
  const log: EventView[] = []
  const listeners = new Set<() => void>()

  function find(name: string): ApplicationView {
    const found = applications.find((application) => application.name === name)
    if (found === undefined) throw new HalcyonError('NotFound', `Cannot find application ${name}`)
    return found
  }
  function note(verb: string, name: string, details: unknown): void {
    calls.push(`${verb} ${name} ${JSON.stringify(details)}`)
  }

  const engine: TestEngine = {
    calls,
    log,
    unready: [],
    append(message, application = 'shop') {
      const event = { seq: log.length + 1, at, type: 'RevisionSeen', application, message }
      log.push(event)
      for (const listener of listeners) listener()
      return event
    },
    applications: () => applications,
    counts: () => countStates(applications),
    application: async (name) => ({ ...find(name), resources: [], warnings: [] }),
    async sync(name, request) {
      find(name)
      note('sync', name, request)
      return {
        id: 'op-1',
        kind: 'sync',
        phase: 'Running',
        initiatedBy: request.initiatedBy,
        revision: 'a'.repeat(40),
        startedAt: at,
        deadline: at,
        message: '',
        attempts: 0,
      }
    },
    refresh: async (name, options) => note('refresh', name ?? '*', options),
    terminate: async (name) => note('terminate', find(name).name, {}),
    async undo(name, request) {
      note('undo', find(name).name, request)
      return { application: name, from: 'b', to: 'a', hold: testHold, revert: { commands: ['git revert b'], note: '' } }
    },
    async hold(name, request) {
      note('hold', find(name).name, request)
      return testHold
    },
    approve: async (name, request) => note('approve', find(name).name, request),
    resume: async (name, who) => note('resume', find(name).name, { who }),
    async manifests(name, options) {
      note('manifests', find(name).name, options)
      return 'kind: ConfigMap\n'
    },
    plan: async (name) => ({ application: find(name).name, revision: 'a', changes: [], text: 'Nothing to do' }),
    why: async (name) => {
      const { sync, health } = find(name)
      return { application: name, headline: 'All is well', sync, health, impact: [], tried: [], next: [] }
    },
    history: async (name) => {
      find(name)
      return []
    },
    async events(query) {
      note('events', '', query)
      return log.filter((event) => event.seq > (query.after ?? 0)).slice(0, query.limit)
    },
    async *follow(cursor, signal) {
      let position = Math.min(cursor, log.length)
      while (!signal.aborted) {
        const event = log[position]
        if (event !== undefined) {
          position = event.seq
          yield event
          continue
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            listeners.delete(wake)
            resolve()
          }
          listeners.add(wake)
          signal.addEventListener('abort', wake, { once: true })
        })
      }
    },
    decisions: async () => [],
    webhook(urls) {
      note('webhook', '', urls)
      return urls.length
    },
    notReady: () => engine.unready,
    statistics: () => ({ renders: 3, requests: { mutating: 1, other: 2 } }),
  }
  return engine
}
