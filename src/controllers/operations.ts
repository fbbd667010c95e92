/** Starts, supersedes and ends the operation of an application: deadline, journal, inventory, history. Effect. */
import { randomBytes } from 'node:crypto'
import type { Application } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import type { Reason } from '../api/reasons.ts'
import type { OperationView } from '../api/views.ts'
import type { GroupKind } from '../kube/object.ts'
import { ensureNamespace } from '../pipeline/apply/create-namespace.ts'
import { runOperation } from '../pipeline/apply/operation.ts'
import { type Prediction, predict, withoutNeedlessHooks } from '../pipeline/apply/predict.ts'
import type { Target, Written } from '../pipeline/apply/target.ts'
import type { Desired } from '../pipeline/pipeline.ts'
import type { Change, DesiredObject, Plan } from '../pipeline/plan/types.ts'
import type { Span } from '../runtime/tracing.ts'
import type { HookRun, InventoryRecord } from '../store/store.ts'
import { type ManagedApplication, removedDigest, toRecord } from './application-state.ts'
import { bundleOf } from './bundle.ts'
import { leaveChange } from './change.ts'
import { type ControllerContext, remember, report } from './context.ts'
import type { Cluster } from './destinations.ts'
import { policyOf } from './policy.ts'
import { clearProblem, problemOf, setProblem, setSync, tellParent } from './verdicts.ts'

export interface Start {
  readonly app: ManagedApplication
  /** The Application whose sources were rendered, when it is not the one of now: a hold keeps an older one. */
  readonly manifest?: Application
  readonly plan: Plan
  readonly desired: Desired
  /** Identity of the desired state: `desiredDigest`. */
  readonly digest: string
  readonly cluster: Cluster
  readonly targetOf: (kind: GroupKind) => Target
  readonly initiatedBy: string
  /** The operation that a restart interrupted, or a removal that is tried again; its finished hooks do not run again. */
  readonly resume: string | undefined
  /** Hooks run also when no object differs: a person asked, or an operation goes on, or is tried again. */
  readonly hooksAlone: boolean
  /** Hooks of `resume` that failed start anew. */
  readonly failedHooksAgain?: boolean
}

const nothingPredicted: Prediction = { written: new Map(), settled: new Set() }

/** Returns at once; the operation runs in the background and queues its application when it ends. */
export function startOperation(context: ControllerContext, start: Start): OperationView {
  const { app, plan } = start
  const { clock, settings } = context
  const startedAt = clock.now()
  const abort = new AbortController()
  const operation: OperationView = {
    id: start.resume ?? randomBytes(6).toString('hex'),
    kind: plan.kind,
    phase: 'Running',
    initiatedBy: start.initiatedBy,
    revision: plan.revision,
    startedAt: new Date(startedAt).toISOString(),
    deadline: new Date(startedAt + settings.deadlineMs).toISOString(),
    message: 'starting',
    attempts: app.attempts?.digest === start.digest ? app.attempts.count : 0,
  }
  app.operation = operation
  const cancelDeadline = clock.after(settings.deadlineMs, () => abort.abort(deadlinePassed(app, settings.deadlineMs)))
  const progress: Progress = { written: false, changes: 0 }
  // The work starts in a later turn, so that `running` is in place when it first looks.
  const done = Promise.resolve()
    .then(() =>
      context.tracing.span(
        'halcyon.sync',
        { 'halcyon.application': app.name, 'halcyon.operation': operation.id, 'halcyon.kind': plan.kind },
        () => work(context, start, operation.id, progress, abort.signal).finally(() => progress.health?.end()),
      ),
    )
    .then(
      () => finish(context, start, startedAt, progress, undefined),
      (error: unknown) =>
        finish(context, start, startedAt, progress, abort.signal.aborted ? abort.signal.reason : error),
    )
    .catch((error: unknown) => endBroke(context, app, error))
    .finally(() => {
      cancelDeadline()
      app.running = undefined
      tellParent(context, app)
      context.queue.add(app.name, 'high')
    })
  app.running = { digest: start.digest, abort, done }
  app.interrupted = ''
  report(context, {
    type: plan.kind === 'heal' ? 'DriftHealStarted' : 'SyncStarted',
    application: app.name,
    message: `${plan.kind} to ${plan.revision.slice(0, 7)} by ${start.initiatedBy}: ${summary(plan)}`,
    data: { operation: operation.id, revision: plan.revision, changes: changesOf(plan).length },
  })
  tellParent(context, app)
  return operation
}

/** Ends the running operation and waits until it has let go. Never waits for health, hooks or windows. */
export async function endOperation(
  app: ManagedApplication,
  reason: 'Superseded' | 'Terminated',
  message: string,
): Promise<void> {
  const { running } = app
  if (running === undefined) return
  running.abort.abort(new HalcyonError(reason, message))
  await running.done
}

/** The process stops: the operation stays Running in the store, and the next process goes on with it under the same id. */
export async function leaveOperation(app: ManagedApplication): Promise<void> {
  const { running } = app
  if (running === undefined) return
  running.abort.abort(processStops)
  await running.done
}

/**
 * Ends in the records an operation whose process is gone. `Terminated`: Git or the Application says something else by now, which is
 * another operation, with hooks of its own. `Succeeded`: nothing of it was left to do. What it wrote stays, and is in the inventory.
 */
export async function closeInterrupted(
  context: ControllerContext,
  app: ManagedApplication,
  phase: 'Terminated' | 'Succeeded',
): Promise<void> {
  const { operation } = app
  if (operation === undefined) return
  const message =
    phase === 'Terminated'
      ? `Cannot finish sync of ${app.name}: the process ended, and when it was back something else was wanted`
      : 'the process ended in the middle; when it was back nothing was left to do'
  const reason = phase === 'Terminated' ? { reason: 'Superseded' as const } : {}
  const finishedAt = new Date(context.clock.now()).toISOString()
  const record = {
    application: app.name,
    operation: operation.id,
    revisions: phase === 'Terminated' ? [operation.revision] : app.revisions,
    bundle: '',
    startedAt: operation.startedAt,
    finishedAt,
    phase,
    message,
    initiatedBy: operation.initiatedBy,
    changes: 0,
  }
  await remember(context.store.appendHistory(record))
  const { waitingFor: _waiting, ...rest } = operation
  app.operation = { ...rest, ...reason, phase, message, finishedAt }
  app.interrupted = ''
  report(context, {
    type: eventOf(operation.kind, phase),
    application: app.name,
    message,
    ...reason,
    data: { operation: operation.id, revision: operation.revision },
  })
}

const processStops = new HalcyonError('Terminated', 'Cannot finish: the process stops')

interface Progress {
  /** Everything was written; only the health of the last step was awaited. */
  written: boolean
  changes: number
  /** From the last write until it is healthy. */
  health?: Span
}

async function work(
  context: ControllerContext,
  start: Start,
  id: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { app, plan, desired, cluster, targetOf } = start
  const { store, settings } = context
  const policy = policyOf(app.manifest)
  const namespace = app.manifest.spec.destination.namespace ?? ''
  if (policy.createNamespace && namespace !== '' && !delivers(desired, namespace)) {
    await ensureNamespace(namespace, app.manifest.spec.syncPolicy?.managedNamespaceMetadata, cluster.target, signal)
  }
  const spans = context.tracing
  const named = { 'halcyon.application': app.name }
  const ask = () => spans.span('halcyon.dry-run', named, () => predict(plan, targetOf, () => false, signal))
  // Only the keys are kept: the answers of the server are large, and an operation may wait for health for a long time.
  const { settled } = settings.dryRun ? await context.writing.run(ask, signal) : nothingPredicted
  const known = (await store.hookRuns(id)).filter((run) => !(start.failedHooksAgain && run.succeeded === false))
  const runs = new Map(known.map((run) => [`${run.key} ${run.phase}`, run]))
  recordIntents(context, start)
  await runOperation(
    {
      id,
      plan: start.hooksAlone ? plan : withoutNeedlessHooks(plan, settled),
      clock: context.clock,
      targetOf,
      writing: context.writing,
      changed: app.changed,
      settled,
      waveDelayMs: settings.waveDelayMs,
      propagation: app.deleting?.propagation ?? policy.propagation,
      journal: {
        find: (key, phase) => runs.get(`${key} ${phase}`),
        put: async (run: HookRun) => {
          runs.set(`${run.key} ${run.phase}`, run)
          await store.putHookRun(run)
        },
      },
      onProgress: (step) => {
        if (app.operation?.id !== id) return
        const { waitingFor: _previous, ...rest } = app.operation
        app.operation = { ...rest, ...step }
      },
      onApplied: (change, written) => {
        if (!settled.has(change.key)) progress.changes++
        noteApplied(context, start, change, written)
      },
      onRemoved: (change) => {
        progress.changes++
        app.inventory.delete(change.key)
        context.fleet.release(targetOf(change.ref).name, change.key, app.name)
      },
      onWritten: () => {
        progress.written = true
        progress.health = spans.start('halcyon.healthy', named, spans.current())
        noteWritten(context, start)
      },
      persist: () => store.putApplication(toRecord(app)),
      record: () => remember(store.putApplication(toRecord(app))),
      onStep: (step, run) =>
        spans.span('halcyon.wave', { ...named, 'halcyon.phase': step.phase, 'halcyon.wave': step.wave }, run),
    },
    signal,
  )
}

function delivers(desired: Desired, namespace: string): boolean {
  return desired.objects.some(
    (object) => object.ref.kind === 'Namespace' && object.ref.group === '' && object.ref.name === namespace,
  )
}

/** What is about to be created is in the inventory before it exists, so that a crash in between leaves nothing that nobody prunes. */
function recordIntents(context: ControllerContext, start: Start): void {
  for (const change of changesOf(start.plan)) {
    // Hooks are claimed too: their events have to reach the operation that waits for them.
    context.fleet.claim(start.targetOf(change.ref).name, change.key, start.app.name)
    if (change.action !== 'create' || change.desired === undefined || start.app.inventory.has(change.key)) continue
    start.app.inventory.set(change.key, inventoryRecord(change.desired, '', '', ''))
  }
}

function noteApplied(context: ControllerContext, start: Start, change: Change, written: Written | undefined): void {
  const { desired } = change
  if (desired === undefined || desired.hook !== undefined) return
  const target = start.targetOf(change.ref)
  const live = target.live(change.key)
  const fingerprint = written?.fingerprint ?? live?.fingerprint ?? ''
  start.app.inventory.set(
    change.key,
    inventoryRecord(desired, desired.digest, fingerprint, written?.uid ?? live?.uid ?? ''),
  )
  context.fleet.claim(target.name, change.key, start.app.name)
}

function inventoryRecord(desired: DesiredObject, digest: string, fingerprint: string, uid: string): InventoryRecord {
  return {
    key: desired.key,
    apiVersion: desired.object.apiVersion,
    desired: digest,
    fingerprint,
    uid,
    phase: desired.phase,
    wave: desired.wave,
  }
}

/** The desired state is in the cluster; from here on only health is awaited. */
function noteWritten(context: ControllerContext, start: Start): void {
  const { app, digest, desired, plan } = start
  if (plan.selective === true) return
  if (app.change?.seenAt !== undefined)
    context.metrics.pushToAppliedSeconds.observe((context.clock.now() - app.change.seenAt) / 1000)
  app.applied = digest
  app.syncedRevisions = desired.revisions
  app.differing = new Map(plan.skipped.map((change) => [change.key, change.reason]))
  setSync(context, app, app.differing.size === 0 ? 'Synced' : 'OutOfSync')
}

async function finish(
  context: ControllerContext,
  start: Start,
  startedAt: number,
  progress: Progress,
  error: unknown,
): Promise<void> {
  const { app, plan, digest } = start
  const now = context.clock.now()
  const { operation } = app
  if (operation === undefined) return
  if (error === processStops) {
    await remember(context.store.putApplication(toRecord(app)))
    return
  }
  const phase = error === undefined ? 'Succeeded' : phaseOf(error)
  const message = error === undefined ? `${summary(plan)}, healthy` : problemOf(error).message
  // History first: whoever sees that the operation ended finds it there.
  const bundle = await bundleOf(start.desired.objects)
  await remember(context.store.putBundle(bundle.digest, bundle.bytes))
  const record = {
    application: app.name,
    operation: operation.id,
    revisions: start.desired.revisions,
    bundle: bundle.digest,
    startedAt: operation.startedAt,
    finishedAt: new Date(now).toISOString(),
    phase,
    message,
    initiatedBy: start.initiatedBy,
    changes: progress.changes,
    manifest: JSON.stringify(start.manifest ?? app.manifest),
  }
  // A part is no state to come back to (Argo CD, selective sync).
  if (plan.selective !== true) await remember(context.store.appendHistory(record))
  const { waitingFor: _waiting, ...rest } = operation
  app.operation = {
    ...rest,
    phase,
    message,
    finishedAt: new Date(now).toISOString(),
    ...(error === undefined ? {} : { reason: problemOf(error).reason }),
  }
  context.metrics.syncs.inc({ phase })
  context.metrics.syncSeconds.observe({ phase }, (now - startedAt) / 1000)
  leaveChange(app.change, app.name, error)
  app.change = undefined
  if (phase === 'Succeeded') {
    app.attempts = undefined
    app.failures = 0
    clearProblem(app)
  } else if (phase === 'Failed') {
    noteFailure(context, app, digest, progress.written, problemOf(error))
  }
  app.heals = plan.kind === 'heal' ? { count: app.heals.count + 1, lastAt: now } : { count: 0, lastAt: 0 }
  report(context, {
    type: eventOf(plan.kind, phase),
    application: app.name,
    message,
    ...(error === undefined ? {} : { reason: problemOf(error).reason }),
    data: {
      operation: operation.id,
      revision: plan.revision,
      changes: progress.changes,
      seconds: (now - startedAt) / 1000,
    },
  })
  if (phase === 'Succeeded' && plan.selective !== true) app.bundle = bundle.digest
  if (phase === 'Succeeded' && digest === removedDigest) app.swept = true
  // An approval is for one set of deletes, once.
  if (phase === 'Succeeded') app.approved = undefined
  await remember(context.store.putApplication(toRecord(app)))
}

/** Ending an operation failed: a defect. It must neither end the process nor leave an operation that looks as if it ran. */
function endBroke(context: ControllerContext, app: ManagedApplication, error: unknown): void {
  context.logger.error({ application: app.name, err: error }, 'an operation could not be ended')
  const problem = problemOf(error)
  if (app.operation?.phase === 'Running') {
    const finishedAt = new Date(context.clock.now()).toISOString()
    app.operation = { ...app.operation, phase: 'Failed', ...problem, finishedAt }
  }
  setProblem(context, app, 'SyncFailed', problem.reason, problem.message)
}

function noteFailure(
  context: ControllerContext,
  app: ManagedApplication,
  digest: string,
  written: boolean,
  problem: { reason: Reason; message: string },
): void {
  const previous = app.attempts?.digest === digest ? app.attempts.count : 0
  const healthOnly = problem.reason === 'HealthDegraded' || problem.reason === 'DeadlineExceeded'
  app.attempts = {
    digest,
    count: previous + 1,
    lastAt: context.clock.now(),
    reason: problem.reason,
    message: problem.message,
    applied: written && healthOnly,
  }
  setProblem(context, app, 'SyncFailed', problem.reason, problem.message)
}

function phaseOf(error: unknown): OperationView['phase'] {
  if (!(error instanceof HalcyonError)) return 'Failed'
  return error.reason === 'Superseded' || error.reason === 'Terminated' ? 'Terminated' : 'Failed'
}

function eventOf(kind: Plan['kind'], phase: OperationView['phase']): string {
  if (phase === 'Succeeded') return kind === 'heal' ? 'DriftHealed' : 'SyncSucceeded'
  return phase === 'Terminated' ? 'SyncTerminated' : 'SyncEnded'
}

function deadlinePassed(app: ManagedApplication, deadlineMs: number): HalcyonError {
  const waiting = app.operation?.message ?? ''
  return new HalcyonError(
    'DeadlineExceeded',
    `Cannot finish sync of ${app.name}: ${Math.round(deadlineMs / 60_000)} min passed, still ${waiting}`,
  )
}

export function changesOf(plan: Plan): readonly Change[] {
  return plan.steps.flatMap((step) => step.changes)
}

/** `2 created, 1 changed, 1 deleted, 1 hook`: what a plan does, in words. */
export function summary(plan: Plan): string {
  const words: Record<string, string> = { create: 'to create', update: 'to change', prune: 'to delete', hook: 'hooks' }
  const counts = new Map<string, number>()
  for (const change of changesOf(plan)) counts.set(change.action, (counts.get(change.action) ?? 0) + 1)
  const parts = Object.entries(words).flatMap(([action, word]) =>
    counts.has(action) ? [`${counts.get(action)} ${word}`] : [],
  )
  return parts.length === 0 ? 'nothing to do' : parts.join(', ')
}
