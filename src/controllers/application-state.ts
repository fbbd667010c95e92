/** One application as the controllers hold it in memory, and its way to and from the store. No effects. */
import type { Application } from '../api/application.ts'
import type { AppProject } from '../api/appproject.ts'
import type { Hold } from '../api/hold.ts'
import type { Reason } from '../api/reasons.ts'
import type { Cause, HealthStatus, OperationView, SyncStatus } from '../api/views.ts'
import { digestOf } from '../kube/canonical.ts'
import { createNotifier, type Notifier } from '../pipeline/apply/notifier.ts'
import type { ObjectOptions, Refusal } from '../pipeline/plan/types.ts'
import type { ReadEntry } from '../pipeline/source/source.ts'
import type { SyncRequest } from '../server/engine.ts'
import type { ApplicationRecord, Approval, InventoryRecord } from '../store/store.ts'
import type { ChangeInFlight } from './change.ts'

/** What the desired objects were computed from, the last time. Equal inputs need no second computation. */
export interface Rendered {
  readonly revisions: readonly string[]
  readonly spec: string
  readonly digest: string
  readonly readSets: readonly (readonly ReadEntry[])[]
}

export interface RunningOperation {
  readonly digest: string
  readonly abort: AbortController
  readonly done: Promise<void>
}

/** Failed tries of one desired state. Another desired state starts from zero. */
export interface Attempts {
  readonly digest: string
  readonly count: number
  readonly lastAt: number
  readonly reason: Reason
  readonly message: string
  /** Everything was written; only health did not follow. Another try would have nothing to do. */
  readonly applied: boolean
}

/** What becomes of the objects of an application that left Git. */
export interface Deleting {
  /** False: they stay. */
  readonly cascade: boolean
  /** How the garbage collector treats their dependents; undefined = as the sync options say. */
  readonly propagation: ObjectOptions['prunePropagationPolicy'] | undefined
}

/** The digest of the desired state of an application that is to go. */
export const removedDigest = 'removed'

/** A sync that somebody asked for, until it starts or cannot. */
export interface PendingSync extends SyncRequest {
  /** The operation that was started, or undefined when there is nothing to do; rejects with the reason why it cannot start. */
  readonly answer: PromiseWithResolvers<OperationView | undefined>
}

export interface ManagedApplication {
  readonly name: string
  readonly implicit: boolean
  parent: string
  manifest: Application
  /** Digest of the manifest's spec and the annotations that matter. */
  spec: string
  revisions: readonly string[]
  syncedRevisions: readonly string[]
  rendered: Rendered | undefined
  /** The digest of the desired state that was last applied whole. */
  applied: string
  bundle: string
  inventory: Map<string, InventoryRecord>
  /** Objects that keep it OutOfSync, with the reason. */
  differing: ReadonlyMap<string, string>
  /** Of those, the ones that no sync would change: a prune that is not allowed. */
  kept: ReadonlySet<string>
  sync: { status: SyncStatus; since: number }
  health: { status: HealthStatus; since: number; message: string; cause: Cause | undefined }
  reason: Reason | ''
  message: string
  observedAt: number
  operation: OperationView | undefined
  running: RunningOperation | undefined
  /** The desired state of an operation that was Running when a process ended; '' = there is none. */
  interrupted: string
  /** The last decision that was written down; '' = none. */
  decided: string
  attempts: Attempts | undefined
  heals: { count: number; lastAt: number }
  /** Failures of source and render in a row, for back-off. */
  failures: number
  request: PendingSync | undefined
  /** How the last pass ended: `stalled` = nothing will happen by itself. */
  outcome: 'done' | 'requeue' | 'stalled'
  /** Set when its manifest left Git. */
  deleting: Deleting | undefined
  /** Its manifests hold PreDelete or PostDelete hooks. */
  deletionHooks: boolean
  /** The hooks and objects of its deletion are done with; only the memory of it is left. */
  swept: boolean
  /** Why the last plan must not run; undefined when it may. */
  refusal: Refusal | undefined
  /** Deletes that a person let pass. */
  approved: Approval | undefined
  /** Keeps it at what it was. */
  hold: Hold | undefined
  /** The tracked revisions for which the hold was judged last, so that the same ones are not rendered again. */
  holdJudged: string
  warnings: readonly string[]
  /** The AppProjects it delivers. */
  projects: readonly AppProject[]
  /** Its project changed since its objects were compared with it. */
  projectChanged: boolean
  /** The change it is working on. */
  change: ChangeInFlight | undefined
  readonly changed: Notifier
}

export function newApplication(
  manifest: Application,
  parent: string,
  implicit: boolean,
  now: number,
): ManagedApplication {
  return {
    name: manifest.metadata.name,
    implicit,
    parent,
    manifest,
    spec: specDigest(manifest),
    revisions: [],
    syncedRevisions: [],
    rendered: undefined,
    applied: '',
    bundle: '',
    inventory: new Map(),
    differing: new Map(),
    kept: new Set(),
    sync: { status: 'Unknown', since: now },
    health: { status: 'Unknown', since: now, message: '', cause: undefined },
    reason: '',
    message: '',
    observedAt: now,
    operation: undefined,
    running: undefined,
    interrupted: '',
    decided: '',
    attempts: undefined,
    heals: { count: 0, lastAt: 0 },
    failures: 0,
    request: undefined,
    outcome: 'done',
    deleting: undefined,
    deletionHooks: false,
    swept: false,
    refusal: undefined,
    approved: undefined,
    hold: undefined,
    holdJudged: '',
    warnings: [],
    projects: [],
    projectChanged: false,
    change: undefined,
    changed: createNotifier(),
  }
}

/** What of an Application decides the desired state and the way there. */
export function specDigest(manifest: Application): string {
  return digestOf({ spec: manifest.spec, annotations: manifest.metadata.annotations ?? {} })
}

/** The identity of a desired state: what was rendered, and the spec that says how to apply it. */
export function desiredDigest(rendered: Pick<Rendered, 'digest' | 'spec'>): string {
  return `${rendered.digest}.${rendered.spec}`
}

export function toRecord(app: ManagedApplication): ApplicationRecord {
  const operationDigest = app.running?.digest ?? app.interrupted
  return {
    name: app.name,
    parent: app.parent,
    manifest: JSON.stringify(app.manifest),
    spec: app.spec,
    revisions: app.revisions,
    syncedRevisions: app.syncedRevisions,
    renderDigest: app.rendered?.digest ?? '',
    readSets: app.rendered?.readSets ?? [],
    bundle: app.bundle,
    deletionHooks: app.deletionHooks,
    swept: app.swept,
    ...(app.approved === undefined ? {} : { approved: app.approved }),
    inventory: [...app.inventory.values()],
    sync: { status: app.sync.status, since: new Date(app.sync.since).toISOString() },
    health: { status: app.health.status, since: new Date(app.health.since).toISOString() },
    reason: app.reason,
    message: app.message,
    ...(app.projects.length === 0 ? {} : { projects: app.projects.map((project) => JSON.stringify(project)) }),
    ...(app.operation === undefined ? {} : { operation: app.operation }),
    ...(operationDigest === '' ? {} : { operationDigest }),
  }
}

/**
 * The state after a restart. Verdicts are kept with their age until they are formed anew. Only a state that was Synced is trusted as
 * computed; anything else is rendered and planned again, and a Running operation goes on under its own id.
 */
export function fromRecord(record: ApplicationRecord, implicit: boolean, now: number): ManagedApplication {
  const app = newApplication(JSON.parse(record.manifest) as Application, record.parent, implicit, now)
  app.revisions = record.revisions
  app.syncedRevisions = record.syncedRevisions
  app.bundle = record.bundle
  app.inventory = new Map(record.inventory.map((entry) => [entry.key, entry]))
  app.sync = { status: record.sync.status, since: Date.parse(record.sync.since) }
  app.health = { ...app.health, status: record.health.status, since: Date.parse(record.health.since) }
  app.projects = (record.projects ?? []).map((text) => JSON.parse(text) as AppProject)
  app.reason = record.reason
  app.message = record.message
  app.operation = record.operation
  app.deletionHooks = record.deletionHooks ?? false
  app.swept = record.swept ?? false
  app.approved = record.approved
  app.interrupted = record.operation?.phase === 'Running' ? (record.operationDigest ?? '') : ''
  if (record.sync.status === 'Synced' && record.renderDigest !== '' && record.spec === app.spec) {
    app.rendered = {
      revisions: record.revisions,
      spec: record.spec,
      digest: record.renderDigest,
      readSets: record.readSets,
    }
    app.applied = desiredDigest(app.rendered)
  }
  return app
}
