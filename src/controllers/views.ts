/** From the state in memory to what people see. Pure. */
import { sourcesOf } from '../api/application.ts'
import type { ApplicationView, ResourceView, SyncStatus } from '../api/views.ts'
import { parseRefKey } from '../kube/object.ts'
import { sameFingerprint } from '../pipeline/diff/fingerprint.ts'
import type { LiveObject } from '../pipeline/plan/types.ts'
import type { ManagedApplication } from './application-state.ts'
import { holdView } from './holds.ts'
import { policyOf } from './policy.ts'

export function applicationView(app: ManagedApplication, cluster: string): ApplicationView {
  const { manifest, health } = app
  const policy = policyOf(manifest)
  return {
    name: app.name,
    project: manifest.spec.project,
    ...(app.parent === '' ? {} : { parent: app.parent }),
    implicit: app.implicit,
    destination: { cluster, namespace: manifest.spec.destination.namespace ?? '' },
    sources: sourcesOf(manifest.spec).map((source) => ({
      repoURL: withoutCredentials(source.repoURL),
      ...(source.path === undefined ? {} : { path: source.path }),
      ...(source.chart === undefined ? {} : { chart: source.chart }),
      targetRevision: source.targetRevision ?? 'HEAD',
    })),
    sync: { status: app.sync.status, since: iso(app.sync.since) },
    health: {
      status: health.status,
      since: iso(health.since),
      ...(health.message === '' ? {} : { message: health.message }),
      ...(health.cause === undefined ? {} : { cause: health.cause }),
    },
    revision: app.revisions[0] ?? '',
    syncedRevision: app.syncedRevisions[0] ?? '',
    reason: app.reason,
    message: firstThingToSay(app),
    objects: app.inventory.size,
    ...(app.operation === undefined ? {} : { operation: app.operation }),
    ...(app.hold === undefined ? {} : { hold: holdView(app.hold) }),
    automated: { enabled: policy.enabled, prune: policy.prune, selfHeal: policy.selfHeal },
    observedAt: iso(app.observedAt),
  }
}

/** What a running sync waits for first, then a problem, then the cause of bad health, then why it is OutOfSync. */
function firstThingToSay(app: ManagedApplication): string {
  if (app.running !== undefined && app.operation?.waitingFor !== undefined) return withCause(app.operation.message, app)
  if (app.message !== '') return app.message
  if (app.health.status !== 'Healthy' && app.health.status !== 'Unknown') return withCause(app.health.message, app)
  if (app.sync.status !== 'OutOfSync') return ''
  const [first] = app.differing
  if (first === undefined) return ''
  const ref = parseRefKey(first[0])
  const more = app.differing.size > 1 ? ` (and ${app.differing.size - 1} more)` : ''
  return `${ref.kind} ${ref.name}: ${first[1]}${more}`
}

function withCause(message: string, app: ManagedApplication): string {
  const { cause } = app.health
  if (cause === undefined) return message
  return `${message}; ${cause.ref.kind} ${cause.ref.name}: ${cause.reason}: ${cause.message}`
}

export function resourceViews(app: ManagedApplication, live: (key: string) => LiveObject | undefined): ResourceView[] {
  return [...app.inventory.values()].map((record) => {
    const found = live(record.key)
    const differs = app.differing.get(record.key)
    return {
      ref: parseRefKey(record.key),
      sync: syncOf(found, record.fingerprint, differs),
      health: found === undefined ? 'Missing' : found.health,
      message: differs ?? found?.message ?? '',
      phase: record.phase,
      wave: record.wave,
      hook: false,
    }
  })
}

function syncOf(live: LiveObject | undefined, fingerprint: string, differs: string | undefined): SyncStatus {
  if (live === undefined || differs !== undefined) return 'OutOfSync'
  return sameFingerprint(live.fingerprint, fingerprint) ? 'Synced' : 'OutOfSync'
}

/** A password in a URL is nobody's to see. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
