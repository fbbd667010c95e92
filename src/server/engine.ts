/** What the HTTP API needs of the running system. The controllers implement it; tests give a small object. */

import type { ApplicationCounts } from '../api/counts.ts'
import type { HoldView, UndoView } from '../api/hold.ts'
import type { ResourceSelector } from '../api/resource-selector.ts'
import type {
  ApplicationDetail,
  ApplicationView,
  EventView,
  HistoryView,
  OperationView,
  PlanView,
  WhyView,
} from '../api/views.ts'
import type { DecisionRecord, EventQuery } from '../store/store.ts'

export interface SyncRequest {
  /** Undefined = as the Application's policy says. */
  readonly prune?: boolean
  readonly revision?: string
  readonly dryRun?: boolean
  /** Only these objects, without hooks. Empty or undefined = all. */
  readonly resources?: readonly ResourceSelector[]
  readonly initiatedBy: string
}

export interface UndoRequest {
  /** A revision that was applied here, or the id of a past sync; undefined = what was before. */
  readonly to?: string
  readonly reason?: string
  readonly initiatedBy: string
}

export interface HoldRequest {
  readonly reason?: string
  /** ISO 8601. */
  readonly until?: string
  readonly initiatedBy: string
}

/** Methods that name an application throw HalcyonError NotFound when there is none. */
export interface Engine {
  applications(): readonly ApplicationView[]
  /** How many there are in which state; much cheaper than all of them. */
  counts(): ApplicationCounts
  application(name: string): Promise<ApplicationDetail>
  /** Starts a sync (a newer request supersedes a running one) and returns the operation. */
  sync(name: string, request: SyncRequest): Promise<OperationView>
  /** Looks at the source and the cluster again now. `hard` drops caches and re-verifies every object. Undefined = all. */
  refresh(name: string | undefined, options: { hard: boolean }): Promise<void>
  terminate(name: string): Promise<void>
  /** Back to what was, and kept there until Git says something else. */
  undo(name: string, request: UndoRequest): Promise<UndoView>
  /** Keeps it as it is until a person or the time says otherwise. */
  hold(name: string, request: HoldRequest): Promise<HoldView>
  /** Lets deletes pass that wait for a person; `plan` names the set the person saw. */
  approve(name: string, request: { readonly plan: string; readonly initiatedBy: string }): Promise<void>
  /** Lifts the hold. Throws UsageInvalid when there is none. */
  resume(name: string, who: string): Promise<void>
  /** Desired manifests as multi-document YAML, secrets masked unless `reveal`. */
  manifests(name: string, options: { revision?: string; reveal: boolean }): Promise<string>
  plan(name: string): Promise<PlanView>
  why(name: string): Promise<WhyView>
  history(name: string, limit: number): Promise<readonly HistoryView[]>
  events(query: EventQuery): Promise<readonly EventView[]>
  follow(cursor: number, signal: AbortSignal): AsyncIterable<EventView>
  decisions(query: {
    application?: string
    limit?: number
  }): Promise<readonly (DecisionRecord & { readonly id: number })[]>
  /** A Git host says that something was pushed. Returns how many repositories were woken. */
  webhook(repositoryUrls: readonly string[]): number
  /** Empty when ready. */
  notReady(): readonly string[]
  readonly statistics: () => {
    readonly renders: number
    readonly requests: { readonly mutating: number; readonly other: number }
  }
}
