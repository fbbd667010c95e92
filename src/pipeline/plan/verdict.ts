/** What a plan says about an application: Synced or not, and how much there is to do. Pure. */
import type { SyncStatus } from '../../api/views.ts'
import type { Change, Plan } from './types.ts'

/**
 * Synced when nothing is to be created, updated or pruned and no prune waits for permission (Argo CD counts those as OutOfSync).
 * Hooks, IgnoreExtraneous objects and objects of other applications do not count. `Unknown` is the caller's: no manifests, no verdict.
 */
export function syncStatusOf(plan: Plan): SyncStatus {
  return allChanges(plan).some((change) => change.outOfSync) ? 'OutOfSync' : 'Synced'
}

/** Every key that is not as Git says, with the reason: for the view of single objects. */
export function outOfSyncKeys(plan: Plan): Map<string, string> {
  const keys = new Map<string, string>()
  for (const change of allChanges(plan)) if (change.outOfSync) keys.set(change.key, change.reason)
  return keys
}

/** Every change of a plan in order, what is skipped at the end. */
export function allChanges(plan: Plan): Change[] {
  return [...plan.steps.flatMap((step) => step.changes), ...plan.skipped]
}

export interface Tally {
  readonly create: number
  readonly update: number
  readonly prune: number
  readonly hook: number
  readonly skip: number
}

export function tallyOf(plan: Plan): Tally {
  const tally = { create: 0, update: 0, prune: 0, hook: 0, skip: 0 }
  for (const change of allChanges(plan)) tally[change.action] += 1
  return tally
}
