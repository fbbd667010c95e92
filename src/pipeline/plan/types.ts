/** The vocabulary of planning. Plain data, printable, without behaviour. */
import type { HealthStatus, SyncPhase } from '../../api/views.ts'
import type { KubeObject, ObjectRef } from '../../kube/object.ts'
import type { InventoryRecord } from '../../store/store.ts'
import type { Origin } from '../render/renderer.ts'
import type { DeletionRules } from './guard.ts'

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

/** What a live object's own annotations say about its removal. They are read from the live object because the manifest is gone by then. */
export interface PruneRules {
  /** What forbids pruning, in words: `Prune=false`; '' when nothing does. */
  readonly keep: string
  /** What forbids deletion together with the application: `Delete=false`; '' when nothing does. */
  readonly keepOnRemoval: string
  readonly last: boolean
  /** `compare-options: IgnoreExtraneous`: waiting to be pruned does not make the application OutOfSync. */
  readonly ignoreExtraneous: boolean
  /** `halcyon.dev/deletion: allowed`: its deletion needs no approval. */
  readonly freely: boolean
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
  /** plan/options.ts `pruneRulesOf`; undefined = nothing special. */
  readonly pruneRules: PruneRules | undefined
}

export interface PlanInput {
  readonly application: string
  /** The application's part of tracking ids (plan/tracking.ts `trackingName`); default: `application`. */
  readonly trackingName?: string
  readonly revision: string
  readonly desired: readonly DesiredObject[]
  /** Keys that are in Git but never applied (`hook: Skip`, Helm tests): they are not pruned either. From toDesired. */
  readonly untouched: readonly string[]
  /** spec.syncPolicy.syncOptions: PruneLast, Prune, FailOnSharedResource matter here. */
  readonly syncOptions: readonly string[]
  readonly inventory: readonly InventoryRecord[]
  /** By key. Holds at least what the inventory and the desired objects name and the cluster has. */
  readonly live: ReadonlyMap<string, LiveObject>
  /** `sync` runs hooks and prunes; `heal` re-applies what drifted or is missing, without hooks (as Argo CD's self-heal). */
  readonly kind: 'sync' | 'heal'
  /** The application itself is being removed, with its objects: Delete=false keeps, not Prune=false, and `prune` does not matter. */
  readonly removal?: boolean
  readonly prune: boolean
  readonly allowEmpty: boolean
  /** Undefined: no guard but the one against an empty application (Argo CD's). */
  readonly deletion?: { readonly rules: DeletionRules; readonly approved: ReadonlySet<string> }
  /** A user's sync always runs its hooks; an automated one happens only when something differs. */
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
  /** Whether this makes the application OutOfSync. Hooks never do. */
  readonly outOfSync: boolean
}

/** A record that names nothing of ours any more. Dropping it touches no cluster. */
export interface Forgotten {
  readonly key: string
  readonly reason: string
}

/** Changes that go together: prunes first, then applies, then the wait for health. */
export interface Step {
  readonly phase: SyncPhase
  readonly wave: number
  readonly changes: readonly Change[]
  /** Keys of objects of this wave that did not change, but whose health gates the next step. Empty in a heal and in the last step. */
  readonly unchanged: readonly string[]
}

export interface Plan {
  readonly application: string
  readonly revision: string
  readonly kind: 'sync' | 'heal'
  /** A person picked some of the objects: no hooks, and nothing that makes the desired state count as applied. */
  readonly selective?: boolean
  readonly steps: readonly Step[]
  /** What will not be done, and why: Prune=false, prune off. Part of the verdict (OutOfSync), not of the work. */
  readonly skipped: readonly Change[]
  /**
   * Inventory records to drop: the object is gone, is now another application's, or is a CRD. CRDs are never pruned, because every object
   * of their kind would go; Argo CD spares them only when an application is deleted.
   */
  readonly forget: readonly Forgotten[]
  /** Set when the plan must not run at all: it would delete everything, or take an object from another application. */
  readonly refused: Refusal | undefined
}

export interface Refusal {
  readonly reason: 'PruneRefused' | 'SharedResource' | 'DeletionGuard'
  readonly message: string
  /** What a person has to name to let it pass, and the keys it would delete; only of DeletionGuard. */
  readonly approval?: { readonly plan: string; readonly keys: readonly string[] }
}
