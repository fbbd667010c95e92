/** Carries out a plan: step by step, hooks fenced, health awaited, every wait interruptible. The only code that drives writes. Effect. */
import { HalcyonError } from '../../api/errors.ts'
import type { HealthStatus, OperationView } from '../../api/views.ts'
import { type GroupKind, type ObjectRef, refText } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import { eachOf } from '../../runtime/each.ts'
import type { Change, DesiredObject, ObjectOptions, Plan, Step } from '../plan/types.ts'
import { deletesAfter, type HookContext, type HookJournal, removeHook, startHook } from './hook-run.ts'
import { untilServed } from './new-kinds.ts'
import type { Notifier } from './notifier.ts'
import { pauseAfterLookMs } from './pause.ts'
import { alwaysRecreated, recreatedAfter } from './recreate.ts'
import { type Awaited, judgeStep } from './step-gate.ts'
import { requestsAtOnce, type Target, type Written } from './target.ts'

export interface OperationContext {
  readonly id: string
  readonly plan: Plan
  readonly clock: Clock
  readonly targetOf: (kind: GroupKind) => Target
  /** Bounds how many operations write at the same time; waiting for health takes no slot. */
  readonly writing: { run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> }
  /** Fires when a live object of this application changed. */
  readonly changed: Notifier
  readonly journal: HookJournal
  /** Keys that need no request, because the live object already is what would be written. */
  readonly settled: ReadonlySet<string>
  /** Pause between waves in ms, for controllers that report late. */
  readonly waveDelayMs: number
  readonly propagation: ObjectOptions['prunePropagationPolicy']
  readonly onProgress: (progress: Pick<OperationView, 'step' | 'waitingFor' | 'message'>) => void
  /** Called after each successful write; keeps the inventory. */
  readonly onApplied: (change: Change, written: Written | undefined) => void
  readonly onRemoved: (change: Change) => void
  /** Everything of the last step was written: from here on only health is awaited. */
  readonly onWritten: () => void
  /** Resolves when the inventory is on disk. Called before anything is created or deleted; nothing is, if it rejects. */
  readonly persist: () => Promise<void>
  /** Called after each step: what was planned is recorded already, now it is recorded as done. */
  readonly record: () => Promise<void>
  readonly onStep: (step: Step, work: () => Promise<void>) => Promise<void>
}

/**
 * Resolves when the last step is healthy. Throws HalcyonError (HookFailed, HealthDegraded, Apply*, Cluster*) after the SyncFail hooks
 * ran, or the signal's reason when interrupted; interruption is safe at every await, because each write is idempotent.
 */
export async function runOperation(context: OperationContext, signal: AbortSignal): Promise<void> {
  const steps = context.plan.steps.filter((step) => step.phase !== 'SyncFail')
  try {
    await context.persist()
    if (steps.length === 0) context.onWritten()
    await runSteps(steps, context, signal)
  } catch (error) {
    if (isFailure(error, signal)) await runSyncFailHooks(context, signal)
    throw error
  }
}

/** A newer revision, a person or a shutdown ended it: not a failure of the sync, so no SyncFail hooks. */
function isFailure(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return true
  return error instanceof HalcyonError && error.reason === 'DeadlineExceeded'
}

async function runSyncFailHooks(context: OperationContext, signal: AbortSignal): Promise<void> {
  const steps = context.plan.steps.filter((step) => step.phase === 'SyncFail')
  // The deadline of the operation may be what failed; its clean-up gets a bound of its own.
  const bound = new AbortController()
  const cancel = context.clock.after(60_000, () =>
    bound.abort(new HalcyonError('DeadlineExceeded', 'Cannot finish SyncFail hooks: 60 s passed')),
  )
  try {
    await runSteps(steps, context, signal.aborted ? bound.signal : AbortSignal.any([signal, bound.signal]))
  } catch (error) {
    if (!(error instanceof HalcyonError)) throw error
    // A failing SyncFail hook only marks the failure that is reported anyway (Argo CD, sync phases).
  } finally {
    cancel()
  }
}

async function runSteps(steps: readonly Step[], context: OperationContext, signal: AbortSignal): Promise<void> {
  for (const [index, step] of steps.entries()) {
    signal.throwIfAborted()
    context.onProgress({
      step: { phase: step.phase, wave: step.wave, index: index + 1, count: steps.length },
      message: `${step.phase} wave ${step.wave}`,
    })
    await context.onStep(step, () => runStep(step, index === steps.length - 1, context, signal))
    await context.record()
    if (index < steps.length - 1 && context.waveDelayMs > 0) await context.clock.sleep(context.waveDelayMs, signal)
  }
}

async function runStep(step: Step, last: boolean, context: OperationContext, signal: AbortSignal): Promise<void> {
  const prunes = step.changes.filter((change) => change.action === 'prune')
  if (prunes.length > 0) {
    await context.writing.run(() => removeAll(prunes, context, signal), signal)
    await waitFor(
      prunes.map((change) => awaiting(change.key, 'prune', context)),
      context,
      signal,
    )
    for (const change of prunes) context.onRemoved(change)
  }
  const writes = step.changes.filter((change) => change.desired !== undefined)
  for (const group of sameKindRuns(writes)) {
    // What may have to wait for the cluster takes no place: a finalizer that never ends must not hold up other applications.
    if (group.some((change) => mayWait(change, context))) await applyGroup(group, context, signal)
    else await context.writing.run(() => applyGroup(group, context, signal), signal)
  }
  if (last) context.onWritten()
  const hooks = writes.filter((change) => change.action === 'hook')
  await waitFor(
    [
      ...hooks
        .filter((change) => !hasSucceeded(change, context))
        .map((change) => awaiting(change.key, 'hook', context)),
      ...writes.filter((change) => change.action !== 'hook').map((change) => awaiting(change.key, 'object', context)),
      ...step.unchanged.map((key) => awaiting(key, 'object', context)),
    ].filter((one) => !last || one.kind === 'hook' || targetOfKey(one.key, context).gatesLastStep),
    context,
    signal,
  )
  for (const change of hooks) await finishHook(change, true, '', context, signal)
}

function awaiting(key: string, kind: Awaited['kind'], context: OperationContext): Awaited {
  return { key, kind, appliedAt: context.clock.now() }
}

/** A hook that finished before a restart of the process is not waited for again; its object may be gone by its own policy. */
function hasSucceeded(change: Change, context: OperationContext): boolean {
  return context.journal.find(change.key, change.phase)?.succeeded === true
}

/** Neighbours of one kind are written side by side; a kind waits for the kind before it, as the kind order demands. */
function sameKindRuns(changes: readonly Change[]): Change[][] {
  const runs: Change[][] = []
  for (const change of changes) {
    const last = runs.at(-1)
    const previous = last?.[0]
    if (last !== undefined && previous?.ref.kind === change.ref.kind && previous.ref.group === change.ref.group)
      last.push(change)
    else runs.push([change])
  }
  return runs
}

/** A hook waits for its older run to go, an object for its own deletion (Force=true asks for one), a definition until its kind is served. */
function mayWait(change: Change, context: OperationContext): boolean {
  if (change.action === 'hook' || change.ref.kind === 'CustomResourceDefinition') return true
  if (change.desired?.options.force === true) return true
  return context.targetOf(change.ref).live(change.key)?.deleting === true
}

async function applyGroup(group: readonly Change[], context: OperationContext, signal: AbortSignal): Promise<void> {
  await eachOf(group, requestsAtOnce, (change) => applyOne(change, context, signal))
  const first = group[0]
  if (first?.ref.kind === 'CustomResourceDefinition') {
    await waitFor(
      group.map((change) => awaiting(change.key, 'object', context)),
      context,
      signal,
    )
    const crds = group.flatMap((change) => change.desired ?? [])
    await untilServed(crds, context.targetOf(first.ref), context.clock, signal)
  }
}

async function applyOne(change: Change, context: OperationContext, signal: AbortSignal): Promise<void> {
  const { desired } = change
  if (desired === undefined) return
  if (context.settled.has(change.key)) {
    context.onApplied(change, undefined)
    return
  }
  const target = context.targetOf(desired.ref)
  if (change.action === 'hook') {
    await startHook(change, target, hookContext(context), signal)
    return
  }
  const live = target.live(change.key)
  if (alwaysRecreated(desired, live)) await makeRoom(change, target, context, signal)
  else if (live?.deleting === true && !target.revives)
    await waitFor([awaiting(change.key, 'prune', context)], context, signal)
  context.onApplied(change, await applyForcing(change, desired, target, context, signal))
}

async function applyForcing(
  change: Change,
  desired: DesiredObject,
  target: Target,
  context: OperationContext,
  signal: AbortSignal,
): Promise<Written> {
  try {
    return await target.apply(desired, signal)
  } catch (error) {
    if (target.live(change.key) === undefined || !recreatedAfter(error, desired)) throw error
    await makeRoom(change, target, context, signal)
    return target.apply(desired, signal)
  }
}

/** Deletes the live object and waits until it is gone, so that it can be created again. */
async function makeRoom(change: Change, target: Target, context: OperationContext, signal: AbortSignal): Promise<void> {
  const live = target.live(change.key)
  if (live === undefined) return
  await target.remove(
    change.ref,
    live.uid,
    change.desired?.options.prunePropagationPolicy ?? context.propagation,
    signal,
  )
  await waitFor([awaiting(change.key, 'prune', context)], context, signal)
}

function hookContext(context: OperationContext): HookContext {
  return {
    operation: context.id,
    application: context.plan.application,
    now: () => context.clock.now(),
    journal: context.journal,
    untilGone: (key, signal) => waitFor([awaiting(key, 'prune', context)], context, signal),
  }
}

async function removeAll(prunes: readonly Change[], context: OperationContext, signal: AbortSignal): Promise<void> {
  await eachOf(prunes, requestsAtOnce, async (change) => {
    const target = context.targetOf(change.ref)
    const live = target.live(change.key)
    if (live === undefined) return
    await target.remove(change.ref, live.uid, context.propagation, signal)
  })
}

/** Records the end of a hook, then deletes it if its policy says so. */
async function finishHook(
  change: Change,
  succeeded: boolean,
  message: string,
  context: OperationContext,
  signal: AbortSignal,
): Promise<void> {
  const run = context.journal.find(change.key, change.phase)
  if (run === undefined) return
  if (run.succeeded === undefined) {
    await context.journal.put({ ...run, finishedAt: new Date(context.clock.now()).toISOString(), succeeded, message })
  }
  const target = context.targetOf(change.ref)
  const live = target.live(change.key)
  if (live !== undefined && deletesAfter(change, succeeded)) await removeHook(change.ref, live.uid, target, signal)
}

/** Waits until every awaited thing passes. Throws HookFailed or HealthDegraded when one cannot. */
async function waitFor(awaited: readonly Awaited[], context: OperationContext, signal: AbortSignal): Promise<void> {
  const hookHealth = new Map<string, HealthStatus | ''>()
  const since = new Date(context.clock.now()).toISOString()
  let reported = ''
  for (;;) {
    const { version } = context.changed
    const verdict = judgeStep(
      awaited.map((one) => withLastSeen(one, hookHealth, context)),
      (key) => liveOf(key, context),
      context.clock.now(),
    )
    if (verdict.kind === 'passed') return
    if (verdict.kind === 'failed') await failed(verdict.ref, verdict.hook, verdict.message, context, signal)
    if (verdict.kind !== 'waiting') return
    const text = `waiting for ${refText(verdict.ref)}: ${verdict.message}`
    if (text !== reported) {
      reported = text
      context.onProgress({ message: text, waitingFor: { ref: verdict.ref, message: verdict.message, since } })
    }
    await past(version, verdict.lookAgainMs, context, signal)
    const pauseMs = pauseAfterLookMs(awaited.length)
    if (pauseMs > 0) await context.clock.sleep(pauseMs, signal)
  }
}

/** Notes the health of a hook while it can be seen: its TTL may take the Job away before the next look. */
function withLastSeen(one: Awaited, seen: Map<string, HealthStatus | ''>, context: OperationContext): Awaited {
  if (one.kind !== 'hook') return one
  const live = liveOf(one.key, context)
  if (live !== undefined) seen.set(one.key, live.health)
  const lastSeen = seen.get(one.key)
  return lastSeen === undefined ? one : { ...one, lastSeen }
}

async function failed(
  ref: ObjectRef,
  hook: boolean,
  message: string,
  context: OperationContext,
  signal: AbortSignal,
): Promise<never> {
  if (!hook)
    throw new HalcyonError(
      'HealthDegraded',
      `Cannot finish sync of ${context.plan.application}: ${refText(ref)} is Degraded: ${message}`,
    )
  const change = context.plan.steps
    .flatMap((step) => step.changes)
    .find(
      (one) =>
        one.action === 'hook' &&
        one.ref.kind === ref.kind &&
        one.ref.name === ref.name &&
        one.ref.namespace === ref.namespace,
    )
  if (change !== undefined) await finishHook(change, false, message, context, signal)
  throw new HalcyonError(
    'HookFailed',
    `Cannot finish sync of ${context.plan.application}: hook ${refText(ref)} failed: ${message}`,
  )
}

function targetOfKey(key: string, context: OperationContext): Target {
  const [group = '', kind = ''] = key.split('/')
  return context.targetOf({ group, kind })
}

function liveOf(key: string, context: OperationContext) {
  return targetOfKey(key, context).live(key)
}

/** Resolves at the next change, or after `lookAgainMs`, whichever comes first. */
async function past(
  version: number,
  lookAgainMs: number | undefined,
  context: OperationContext,
  signal: AbortSignal,
): Promise<void> {
  if (lookAgainMs === undefined) return context.changed.past(version, signal)
  const cancel = context.clock.after(lookAgainMs, () => context.changed.notify())
  try {
    await context.changed.past(version, signal)
  } finally {
    cancel()
  }
}
