/** What the API, the CLI and later the UI show of an application. One shape everywhere; times are ISO 8601, UTC. */
import type { ObjectRef } from '../kube/object.ts'
import type { HoldView } from './hold.ts'
import type { Reason } from './reasons.ts'
import type { Verdict } from './verdict/verdict.ts'

export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown'
export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown'
/** The first four belong to a sync, the last two to the deletion of an application. */
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail' | 'PreDelete' | 'PostDelete'

/** Why something is not healthy: the object at the bottom of the chain, and what it says. */
export interface Cause {
  readonly ref: ObjectRef
  /** From the failing object up to the managed one: Pod, ReplicaSet, Deployment. */
  readonly chain: readonly ObjectRef[]
  /** The object's own word: ImagePullBackOff, CrashLoopBackOff, ProgressDeadlineExceeded, ... */
  readonly reason: string
  readonly message: string
}

export interface OperationView {
  readonly id: string
  readonly kind: 'sync' | 'heal'
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error' | 'Terminated'
  readonly initiatedBy: string
  readonly revision: string
  readonly startedAt: string
  readonly finishedAt?: string
  readonly deadline: string
  readonly reason?: Reason
  readonly message: string
  /** Where a running operation stands, and what it waits for. */
  readonly step?: { readonly phase: SyncPhase; readonly wave: number; readonly index: number; readonly count: number }
  readonly waitingFor?: { readonly ref: ObjectRef; readonly message: string; readonly since: string }
  /** Tries of this revision that failed, and when the next one starts. */
  readonly attempts: number
  readonly retryAt?: string
}

export interface ApplicationView {
  readonly name: string
  readonly project: string
  /** The application whose manifests contain this one; undefined for the root. */
  readonly parent?: string
  /** True for a path without Argo CD kinds, or the root of a fleet: it has no Application manifest. */
  readonly implicit: boolean
  readonly destination: { readonly cluster: string; readonly namespace: string }
  readonly sources: readonly {
    readonly repoURL: string
    readonly path?: string
    readonly chart?: string
    readonly targetRevision: string
  }[]
  readonly sync: { readonly status: SyncStatus; readonly since: string }
  readonly health: {
    readonly status: HealthStatus
    readonly since: string
    readonly message?: string
    readonly cause?: Cause
  }
  /** The revision that sync compares with: a commit SHA, a content hash or a chart version. */
  readonly revision: string
  /** The revision that was last applied successfully. */
  readonly syncedRevision: string
  /** The first thing to say when it is not Synced and Healthy; '' otherwise. */
  readonly reason: Reason | ''
  readonly message: string
  readonly objects: number
  readonly operation?: OperationView
  /** Set while it is kept at what it was. */
  readonly hold?: HoldView
  readonly automated: { readonly enabled: boolean; readonly prune: boolean; readonly selfHeal: boolean }
  /** When this verdict was formed. */
  readonly observedAt: string
}

export interface ResourceView {
  readonly ref: ObjectRef
  readonly sync: SyncStatus
  readonly health: HealthStatus | ''
  readonly message: string
  readonly phase: SyncPhase
  readonly wave: number
  readonly hook: boolean
}

export interface ApplicationDetail extends ApplicationView {
  readonly resources: readonly ResourceView[]
  readonly warnings: readonly string[]
  readonly lastChange?: CommitView
  /** Deletes that wait for a person. */
  readonly approval?: ApprovalView
}

/** What the deletion guard asks. */
export interface ApprovalView {
  /** Names the set of deletes: what a person says yes to. */
  readonly plan: string
  readonly message: string
  readonly deletes: readonly ObjectRef[]
}

/** An application in a list, with the verdict that all screens print. */
export interface ListedApplication extends ApplicationView {
  readonly verdict: Verdict
}

/** The whole fleet in one answer whose size does not grow with it. */
export interface OverviewView {
  readonly applications: number
  readonly counts: Readonly<Record<Verdict['group'], number>>
  readonly held: number
  /** The most urgent of each group, at most as many as asked for. */
  readonly needsYou: readonly ListedApplication[]
  readonly shipping: readonly ListedApplication[]
  readonly waiting: readonly ListedApplication[]
  /** When sync or health of any application last changed; absent without applications. */
  readonly lastChange?: string
  /** Of the oldest verdict. */
  readonly observedAt?: string
  readonly projects: readonly string[]
  /** The server's time. */
  readonly now: string
}

export interface CommitView {
  readonly sha: string
  readonly subject: string
  readonly author: string
  readonly at: string
}

/** One field of one object. Values are JSON text, or `***` digests where the object is a Secret. */
export interface FieldChange {
  readonly path: string
  readonly before?: string
  readonly after?: string
}

export interface ChangeView {
  readonly action: 'create' | 'update' | 'prune' | 'hook' | 'skip'
  readonly ref: ObjectRef
  readonly phase: SyncPhase
  readonly wave: number
  readonly reason: string
  readonly fields: readonly FieldChange[]
}

export interface PlanView {
  readonly application: string
  readonly revision: string
  readonly changes: readonly ChangeView[]
  /** The whole plan as the CLI prints it. */
  readonly text: string
}

/** The answer to `halcyon why APP`. */
export interface WhyView {
  readonly application: string
  /** The first line: what is wrong and since when, or that nothing is. */
  readonly headline: string
  readonly sync: ApplicationView['sync']
  readonly health: ApplicationView['health']
  readonly cause?: Cause
  readonly change?: CommitView & { readonly paths: readonly string[]; readonly liveBefore?: string }
  readonly impact: readonly string[]
  readonly tried: readonly string[]
  readonly next: readonly { readonly command: string; readonly effect: string }[]
}

export interface HistoryView {
  readonly id: number
  readonly revision: string
  readonly bundle: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly phase: OperationView['phase']
  readonly message: string
  readonly initiatedBy: string
  readonly changes: number
  readonly commit?: CommitView
}

/** One line of the append-only event log. */
export interface EventView {
  readonly seq: number
  readonly at: string
  /** Past tense: RevisionSeen, Rendered, SyncStarted, WaveApplied, SyncSucceeded, SyncFailed, HealthChanged, DriftFound, DriftHealed, ... */
  readonly type: string
  readonly application: string
  readonly message: string
  readonly reason?: Reason
  readonly traceId?: string
  readonly data?: Readonly<Record<string, unknown>>
}
