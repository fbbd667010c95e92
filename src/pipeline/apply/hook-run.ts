/** Starts one hook and remembers that it did, so that neither a retry of the request nor a crash runs it twice. Effect. */

import { HalcyonError } from '../../api/errors.ts'
import { type ObjectRef, refText } from '../../kube/object.ts'
import type { HookRun } from '../../store/store.ts'
import type { Change } from '../plan/types.ts'
import type { Target } from './target.ts'

export interface HookJournal {
  /** The run of this hook in this operation, if one was recorded. */
  find(key: string, phase: string): HookRun | undefined
  /** Resolves when the record is on disk. */
  put(run: HookRun): Promise<void>
}

export interface HookContext {
  readonly operation: string
  readonly application: string
  readonly now: () => number
  readonly journal: HookJournal
  /** Resolves when the object has left `live`. */
  readonly untilGone: (key: string, signal: AbortSignal) => Promise<void>
}

/**
 * Order matters: the old hook is removed, the run is recorded, then the hook is created. A crash after the record and before the
 * create leads to a create of the same name on the next start, which the API server answers with the same object.
 */
export async function startHook(
  change: Change,
  target: Target,
  context: HookContext,
  signal: AbortSignal,
): Promise<HookRun> {
  const desired = change.desired
  if (desired?.hook === undefined)
    throw new HalcyonError('Internal', `Cannot start hook ${refText(change.ref)}: not a hook`)
  const recorded = context.journal.find(change.key, change.phase)
  if (recorded?.succeeded !== undefined) return recorded
  if (recorded !== undefined && recorded.uid !== '') return recorded
  const existing = target.live(change.key)
  if (recorded === undefined && existing !== undefined && desired.hook.deletePolicies.includes('BeforeHookCreation')) {
    await removeHook(change.ref, existing.uid, target, signal)
    await context.untilGone(change.key, signal)
  }
  const run: HookRun = {
    operation: context.operation,
    application: context.application,
    key: change.key,
    phase: change.phase,
    uid: '',
    startedAt: new Date(context.now()).toISOString(),
  }
  await context.journal.put(run)
  const written = await target.apply(desired, signal)
  const started = { ...run, uid: written.uid }
  await context.journal.put(started)
  return started
}

export async function removeHook(ref: ObjectRef, uid: string, target: Target, signal: AbortSignal): Promise<void> {
  await target.remove(ref, uid, 'Background', signal)
}

/** Whether a finished hook is to be deleted, by its own policies. */
export function deletesAfter(change: Change, succeeded: boolean): boolean {
  const policies = change.desired?.hook?.deletePolicies ?? []
  return policies.includes(succeeded ? 'HookSucceeded' : 'HookFailed')
}
