/** What Halcyon remembers. One interface, SQLite behind it today; methods are asynchronous so that a database over a network fits. */

import type { Hold } from '../api/hold.ts'
import type { Reason } from '../api/reasons.ts'
import type { EventView, HealthStatus, OperationView, SyncPhase } from '../api/views.ts'
import type { ReadEntry } from '../pipeline/source/source.ts'

/** One object an application owns, as it was last applied. */
export interface InventoryRecord {
  /** kube/object.ts refKey. */
  readonly key: string
  readonly apiVersion: string
  /** sha256 of the desired object that was applied; '' = never applied by us, for example adopted for pruning only. */
  readonly desired: string
  /** Fingerprint of what the server answered at our fields; '' = unknown. */
  readonly fingerprint: string
  readonly uid: string
  readonly phase: SyncPhase
  readonly wave: number
}

/** A person let these deletes pass, once, for a while. */
export interface Approval {
  readonly plan: string
  readonly keys: readonly string[]
  readonly who: string
  /** ISO 8601. */
  readonly until: string
}

export interface ApplicationRecord {
  readonly name: string
  /** The application whose manifests contain this one; '' for the root. */
  readonly parent: string
  /** The Application as JSON text, so that a restart knows it before anything is rendered. */
  readonly manifest: string
  /** Digest of the Application's spec when this was written. */
  readonly spec: string
  /** Revisions per source of the last comparison. */
  readonly revisions: readonly string[]
  readonly syncedRevisions: readonly string[]
  readonly renderDigest: string
  readonly readSets: readonly (readonly ReadEntry[])[]
  readonly bundle: string
  readonly inventory: readonly InventoryRecord[]
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly since: string }
  readonly health: { readonly status: HealthStatus; readonly since: string }
  readonly reason: Reason | ''
  readonly message: string
  readonly operation?: OperationView
  /** The AppProjects that its manifests contain, each as JSON text. */
  readonly projects?: readonly string[]
  /** Hooks wait for the deletion of the application. */
  readonly deletionHooks?: boolean
  /** The deletion ran its hooks and removed the objects. */
  readonly swept?: boolean
  readonly approved?: Approval
  /** Identity of the desired state a Running operation applies. Another desired state is another operation. */
  readonly operationDigest?: string
}

/** A hook that was started: its identity outlives the process, so that no hook runs twice for one operation. */
export interface HookRun {
  readonly operation: string
  readonly application: string
  readonly key: string
  readonly phase: SyncPhase
  /** '' until the server answered. */
  readonly uid: string
  readonly startedAt: string
  readonly finishedAt?: string
  readonly succeeded?: boolean
  readonly message?: string
}

/** An automatic decision with everything that went in; replaying `rule` with `inputs` must give `outcome`. */
export interface DecisionRecord {
  readonly at: string
  readonly application: string
  readonly rule: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outcome: string
  readonly reason: string
}

export interface HistoryRecord {
  readonly application: string
  readonly operation: string
  readonly revisions: readonly string[]
  readonly bundle: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly phase: OperationView['phase']
  readonly message: string
  readonly initiatedBy: string
  readonly changes: number
  /** The Application as it was, as JSON text: an undo needs its sources. Absent in old records. */
  readonly manifest?: string
}

export interface EventQuery {
  readonly after?: number
  /** Only events with a smaller `seq`: the page after this one when newest comes first. */
  readonly before?: number
  readonly application?: string
  readonly types?: readonly string[]
  readonly limit?: number
  /** Newest first instead of oldest first. */
  readonly newestFirst?: boolean
}

/**
 * Writes are grouped: a promise resolves when its group is on disk. `flush` waits for everything written so far. A value that is
 * read back equals what was written last, even before it is on disk. When the disk refuses (full, locked, failing), what was written is
 * kept and written later, and the promises reject with StoreUnavailable: who must not go on without a record stops, nobody has to repeat.
 */
export interface Store extends AsyncDisposable {
  appendEvent(event: Omit<EventView, 'seq'>): EventView
  events(query: EventQuery): Promise<readonly EventView[]>
  /** Backfills after `cursor`, cuts over, then streams, without gap or repetition. A reader more than 10,000 events behind is dropped with an error. */
  follow(cursor: number, signal: AbortSignal): AsyncIterable<EventView>

  appendDecision(decision: DecisionRecord): void
  decisions(query: {
    application?: string
    limit?: number
  }): Promise<readonly (DecisionRecord & { readonly id: number })[]>

  /** Content-addressed: writing the same digest again is free. */
  putBundle(digest: string, bytes: Uint8Array): Promise<void>
  bundle(digest: string): Promise<Uint8Array | undefined>

  /** The render cache: what a digest of inputs rendered to. */
  putRender(digest: string, value: Uint8Array): Promise<void>
  render(digest: string): Promise<Uint8Array | undefined>

  putApplication(record: ApplicationRecord): Promise<void>
  deleteApplication(name: string): Promise<void>
  applications(): Promise<readonly ApplicationRecord[]>

  /** Durable when it resolves: a hold that a crash forgets would bring back what was undone. */
  putHold(hold: Hold): Promise<void>
  deleteHold(application: string): Promise<void>
  holds(): Promise<readonly Hold[]>

  putHookRun(run: HookRun): Promise<void>
  hookRuns(operation: string): Promise<readonly HookRun[]>

  appendHistory(record: HistoryRecord): Promise<number>
  history(application: string, limit?: number): Promise<readonly (HistoryRecord & { readonly id: number })[]>

  /** Why nothing can be written at the moment; undefined while all is well. */
  readonly failing: string | undefined

  flush(): Promise<void>
}
