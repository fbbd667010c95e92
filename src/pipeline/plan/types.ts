/** The vocabulary of planning. Plain data, printable, without behaviour. */
import type { HealthStatus, SyncPhase } from '../../api/views.ts'
import type { KubeObject, ObjectRef } from '../../kube/object.ts'
import type { InventoryRecord } from '../../store/store.ts'
import type { Origin } from '../render/renderer.ts'

export type HookDeletePolicy = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed'

/** Sync options of one object: its own annotation over the application's list. */
export interface ObjectOptions {
  readonly prune: boolean
  readonly pruneLast: boolean
  readonly delete: boolean
  readonly replace: boolean
  readonly force: boolean
  readonly validate: boolean
  readonly skipDryRunOnMissingResource: boolean
  readonly prunePropagationPolicy: 'Foreground' | 'Background' | 'Orphan'
  readonly ignoreHealthcheck: boolean
}

/** One object as it will be applied: namespace defaulted, tracking set, place in the order known. A hook in two phases is two of these. */
export interface DesiredObject {
  readonly ref: ObjectRef
  readonly key: string
  readonly object: KubeObject
  /** sha256 of the object's canonical JSON, tracking included. */
  readonly digest: string
  readonly phase: SyncPhase
  readonly wave: number
  readonly hook: { readonly deletePolicies: readonly HookDeletePolicy[] } | undefined
  readonly options: ObjectOptions
  readonly origin: Origin | undefined
}

/** What is known of a live object without reading it again. */
export interface LiveObject {
  readonly key: string
  readonly uid: string
  readonly resourceVersion: string
  readonly fingerprint: string
  readonly deleting: boolean
  readonly health: HealthStatus | ''
  readonly message: string
  /** The object's own tracking id, '' when it has none. */
  readonly trackingId: string
}

export interface PlanInput {
  readonly application: string
  readonly revision: string
  readonly desired: readonly DesiredObject[]
  readonly inventory: readonly InventoryRecord[]
  /** By key. Holds at least what the inventory and the desired objects name and the cluster has. */
  readonly live: ReadonlyMap<string, LiveObject>
  /** `sync` runs hooks and prunes; `heal` re-applies what drifted or is missing, without hooks (as Argo CD's self-heal). */
  readonly kind: 'sync' | 'heal'
  readonly prune: boolean
  /** Skip hooks when nothing else changes? No: a sync runs its hooks; but an automatic sync happens only when something differs. */
  readonly allowEmpty: boolean
  readonly initiatedBy: 'automated' | 'user'
}

export interface Change {
  readonly action: 'create' | 'update' | 'prune' | 'hook' | 'skip'
  readonly ref: ObjectRef
  readonly key: string
  readonly phase: SyncPhase
  readonly wave: number
  /** Why, for people: `new in this revision`, `drifted`, `removed from Git`, `kept: Prune=false`, ... */
  readonly reason: string
  /** The object to apply; undefined for prune and for skipped prunes. */
  readonly desired: DesiredObject | undefined
  /** The record to prune or replace; undefined for what is new. */
  readonly recorded: InventoryRecord | undefined
}

/** Changes that go together: prunes first, then applies, then the wait for health. */
export interface Step {
  readonly phase: SyncPhase
  readonly wave: number
  readonly changes: readonly Change[]
  /** Objects of this wave that did not change, but whose health gates the next step. */
  readonly unchanged: readonly string[]
}

export interface Plan {
  readonly application: string
  readonly revision: string
  readonly kind: 'sync' | 'heal'
  readonly steps: readonly Step[]
  /** What will not be done, and why: Prune=false, prune off. Part of the verdict (OutOfSync), not of the work. */
  readonly skipped: readonly Change[]
  /** Set when the plan must not run at all, for example because it would delete everything. */
  readonly refused: { readonly reason: 'PruneRefused'; readonly message: string } | undefined
}
