/** The loop over one application: level-based, keyed by name. Reads the world, decides, starts or ends an operation, comes back. */
import type { Application } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import { reasons } from '../api/reasons.ts'
import type { GroupKind } from '../kube/object.ts'
import { parseRefKey } from '../kube/object.ts'
import { takeInApplications, takeInProjects } from '../pipeline/apply/take-in.ts'
import type { Target } from '../pipeline/apply/target.ts'
import { sameFingerprint } from '../pipeline/diff/fingerprint.ts'
import { leaveIgnored } from '../pipeline/leave-ignored.ts'
import { type Desired, decide, desire, observe, type Resolved, resolve } from '../pipeline/pipeline.ts'
import { selectResources } from '../pipeline/plan/select.ts'
import type { DesiredObject, Plan } from '../pipeline/plan/types.ts'
import { outOfSyncKeys, syncStatusOf } from '../pipeline/plan/verdict.ts'
import { backoffMs } from '../runtime/retry.ts'
import type { Outcome } from '../runtime/work-queue.ts'
import {
  desiredDigest,
  type ManagedApplication,
  type PendingSync,
  type Rendered,
  toRecord,
} from './application-state.ts'
import { deletionOf, noteRefusal } from './approvals.ts'
import { atRevisions } from './at-revisions.ts'
import { beginOwnChange, leaveChange } from './change.ts'
import { type ControllerContext, remember, report } from './context.ts'
import type { Cluster } from './destinations.ts'
import { underHold, type Wanted } from './holds.ts'
import { ignoringOf } from './ignoring.ts'
import { changesOf, closeInterrupted, endOperation, leaveOperation, startOperation } from './operations.ts'
import { forgetObject, kindsOf, liveOf, router, trackingNameOf } from './owned.ts'
import { checkApplication, checkObjects, checkRepositories } from './permission.ts'
import { type Policy, policyOf } from './policy.ts'
import { recordDecision } from './record-decision.ts'
import { remove } from './removal.ts'
import { decideStart, type StartInput } from './start-decision.ts'
import { answerSync } from './sync-request.ts'
import { createTouches, type Touches } from './touched.ts'
import { clearProblem, problemOf, refreshHealth, setProblem, setSync, tellParent } from './verdicts.ts'
import { withoutCredentials } from './views.ts'
import { closedGate } from './window-gate.ts'

const done: Outcome = { kind: 'done' }
const sourceBackoff = { baseMs: 1_000, factor: 2, maxMs: 120_000, jitter: 0.2 }
/** A cause can go away without anyone telling us; how long until we look again at the latest. */
const causeLookMs = 30_000
/** Clocks are set and machines sleep: a window that opens later than this is looked at again before. */
const windowLookMs = 6 * 3_600_000
/** Operations that may wait for their turn to write. More would only hold their objects in memory, and keep a newer commit waiting behind them. */
const operationsInLine = 32

export interface ApplicationController {
  reconcile(name: string, signal: AbortSignal): Promise<Outcome>
  /** Ends every running operation; what they wrote stays and is found again. */
  close(): Promise<void>
}

export function createApplicationController(context: ControllerContext): ApplicationController {
  const touches = createTouches(context.pipeline.sources)
  return {
    async reconcile(name, signal) {
      const app = context.fleet.all.get(name)
      if (app === undefined) return done
      // One pass answers one request: what is asked for meanwhile was not looked at yet, and has a pass of its own.
      const { request } = app
      try {
        const outcome = await withinChange(context, app, () =>
          app.deleting === undefined ? converge(context, touches, app, request, signal) : remove(context, app, signal),
        )
        noted(app, outcome)
        // A child counts as on the way until its first pass has said something else.
        tellParent(context, app)
        return outcome
      } catch (error) {
        if (signal.aborted) return done
        answerSync(app, request, error instanceof Error ? error : new Error(String(error)))
        return noted(app, notConverged(context, app, error))
      }
    },
    async close() {
      await Promise.all([...context.fleet.all.values()].map(leaveOperation))
    },
  }
}

/** What is done for a change belongs to its trace. */
function withinChange<T>(context: ControllerContext, app: ManagedApplication, work: () => Promise<T>): Promise<T> {
  return app.change === undefined ? work() : context.tracing.within(app.change.span, work)
}

function noted(app: ManagedApplication, outcome: Outcome): Outcome {
  app.outcome = outcome.kind
  // Nothing more comes of it by itself: its trace ends here and says why.
  if (outcome.kind === 'stalled' && app.running === undefined)
    endChange(app, app.reason === '' ? undefined : outcome.reason)
  return outcome
}

function endChange(app: ManagedApplication, error?: string): void {
  leaveChange(app.change, app.name, error)
  app.change = undefined
}

async function converge(
  context: ControllerContext,
  touches: Touches,
  app: ManagedApplication,
  request: PendingSync | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const cluster = await context.destinations.cluster(app.manifest.spec.destination, signal)
  // Only now it is known which clusters are declared.
  checkApplication(context, app)
  checkRepositories(context, app)
  const targetOf = router(context, cluster)
  const aim = await wanted(context, app, request, cluster, signal)
  const { resolved } = aim
  await observe(kindsOf(app), targetOf, signal)
  let differing: readonly string[] = []
  if (!app.projectChanged && (await isCurrent(touches, app, aim, signal))) {
    app.failures = 0
    const drifted = driftOf(app, targetOf)
    if (app.running !== undefined) return done
    if (drifted.length === 0 && request === undefined && interrupted(app) === undefined)
      return settled(context, app, targetOf)
    differing = drifted
  }
  app.change ??= beginOwnChange(context.tracing, app.name, resolved.revisions[0] ?? '')
  return context.tracing.within(app.change.span, () =>
    deliver(context, app, { cluster, targetOf, aim, request, drifted: differing }, signal),
  )
}

/** The revision that was asked for, else what a hold keeps, else what is tracked. */
async function wanted(
  context: ControllerContext,
  app: ManagedApplication,
  request: PendingSync | undefined,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Wanted> {
  const manifest = request?.revision === undefined ? app.manifest : atRevisions(app.manifest, [request.revision])
  if (request?.revision !== undefined || app.hold === undefined) {
    return { manifest, spec: app.spec, resolved: await resolve(manifest, context.pipeline, signal) }
  }
  const digestOf = async (one: Wanted) => {
    try {
      return (await computeDesired(context, app, one.manifest, one.resolved, cluster, signal)).digest
    } catch (error) {
      // What does not render is no reason to let go of what works.
      if (signal.aborted || !(error instanceof HalcyonError)) throw error
      return undefined
    }
  }
  return underHold(context, app, await tracked(context, app, signal), digestOf, signal)
}

/** With Git away, what was tracked last: a hold must not end, nor stop healing, because of it. */
async function tracked(context: ControllerContext, app: ManagedApplication, signal: AbortSignal): Promise<Wanted> {
  const { manifest } = app
  try {
    return { manifest, spec: app.spec, resolved: await resolve(manifest, context.pipeline, signal) }
  } catch (error) {
    if (signal.aborted || !(error instanceof HalcyonError) || app.hold === undefined) throw error
    return {
      manifest,
      spec: app.spec,
      resolved: { sources: [], revisions: app.hold.quarantined[0]?.revision.split(' ') ?? [] },
    }
  }
}

interface Delivery {
  readonly cluster: Cluster
  readonly targetOf: (kind: GroupKind) => Target
  readonly aim: Wanted
  readonly request: PendingSync | undefined
  readonly drifted: readonly string[]
}

/** From resolved revisions to what is wanted, and on to what is done about it. Belongs to the trace of the application's change. */
async function deliver(
  context: ControllerContext,
  app: ManagedApplication,
  { cluster, targetOf, aim, request, drifted }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  if (app.running === undefined) await context.writing.room(operationsInLine, signal)
  const desired = await computeDesired(context, app, aim.manifest, aim.resolved, cluster, signal)
  if (app.implicit && desired.objects.length === 0 && app.inventory.size === 0) throw nothingThere(app)
  checkObjects(context, app, desired.objects)
  app.projectChanged = false
  if (app.reason === 'ProjectUnknown' || app.reason === 'NotPermitted') clearProblem(app)
  const rendered: Rendered = {
    revisions: desired.revisions,
    spec: aim.spec,
    digest: desired.digest,
    readSets: desired.readSets,
  }
  const digest = desiredDigest(rendered)
  app.rendered = rendered
  app.deletionHooks = desired.deletionHooks
  app.revisions = desired.revisions
  if (app.running?.digest === digest && request === undefined) return done
  const own = claimed(context, app, desired, cluster.name)
  await observe(
    own.objects.map((object) => object.ref),
    targetOf,
    signal,
  )
  // Not before: failures to look at the cluster count too, else they would be tried for ever at the first pause.
  app.failures = 0
  return act(context, {
    app,
    cluster,
    targetOf,
    desired: own,
    digest,
    manifest: aim.manifest,
    request,
    controlNamespace: context.pipeline.controlNamespace,
    drifted,
    signal,
  })
}

/** Whoever points `up` at a path without manifests has mistaken the path; an Application that is empty may be meant so. */
function nothingThere(app: ManagedApplication): HalcyonError {
  const { path = '.', repoURL = '' } = app.manifest.spec.source ?? {}
  return new HalcyonError(
    'PathNotFound',
    `Cannot find manifests in ${withoutCredentials(repoURL)} at path "${path}": nothing there can be applied; name the folder with --path`,
  )
}

interface Act {
  readonly app: ManagedApplication
  readonly cluster: Cluster
  readonly targetOf: (kind: GroupKind) => Target
  readonly desired: Desired
  readonly digest: string
  readonly manifest: Application
  readonly request: PendingSync | undefined
  readonly controlNamespace: string
  /** Keys of what is not as it was applied, though Git did not change. */
  readonly drifted: readonly string[]
  readonly signal: AbortSignal
}

/** From a desired state to a running operation, or to the reason why not. */
async function act(context: ControllerContext, input: Act): Promise<Outcome> {
  const { app, digest, request } = input
  const policy = policyOf(app.manifest)
  if (interrupted(app) !== undefined && app.interrupted !== digest) await closeInterrupted(context, app, 'Terminated')
  const resume = interrupted(app)
  const failedBefore = app.attempts?.digest === digest && !app.attempts.applied
  const runHooks = request !== undefined || resume !== undefined || failedBefore
  const planned = await context.tracing.span('halcyon.plan', { 'halcyon.application': app.name }, async () =>
    planFor(input, policy, runHooks, context.clock.now()),
  )
  const { plan: whole, unchanged } = await leaveIgnored(planned, ignoringOf(context, app), input.targetOf, input.signal)
  for (const object of unchanged) adopt(input, object)
  noteDrift(context, app, whole, input.drifted)
  app.differing = outOfSyncKeys(whole)
  app.kept = new Set(whole.skipped.map((change) => change.key))
  for (const { key } of whole.forget) forgetObject(context, app, key, input.targetOf)
  if (app.running === undefined) setSync(context, app, syncStatusOf(whole))
  const plan = request?.resources?.length ? selectResources(whole, request.resources) : whole
  app.refusal = plan.refused
  if (plan.refused !== undefined) {
    noteRefusal(context, app, { revision: plan.revision, kind: plan.kind, changes: changesOf(plan).length })
    endChange(app, plan.refused.message)
    answerSync(app, request, new HalcyonError(plan.refused.reason, plan.refused.message))
    return done
  }
  if (plan.selective === true && changesOf(plan).length === 0) {
    answerSync(app, input.request, undefined)
    return { kind: 'requeue', afterMs: 0 }
  }
  if (changesOf(plan).length === 0 && app.running === undefined) return nothingToDo(context, input, plan)
  if (context.settings.readOnly) {
    await takeInApplications(plan, context.fleet.registry, input.signal)
    endChange(app)
    return done
  }
  if (request === undefined && resume === undefined) {
    const wait = allowedNow(context, app, plan, digest, policy)
    const closed = wait === undefined ? untilOpen(context, app) : undefined
    // Another rule decides now, or none does.
    if (closed === undefined && app.reason === 'SyncWindowClosed') clearProblem(app)
    if (wait !== undefined) return wait
    if (closed !== undefined) return closed
  }
  if (request !== undefined) {
    const closed = closedGate(context, app, request.initiatedBy !== 'automated')
    if (closed !== undefined) {
      answerSync(app, request, new HalcyonError('SyncWindowClosed', closed.message))
      // What would happen without the request is another question.
      return { kind: 'requeue', afterMs: 0 }
    }
  }
  if (app.running !== undefined) {
    recordDecision(context, app, {
      rule: 'newest-revision',
      inputs: { operation: app.operation?.id ?? '', running: app.operation?.revision ?? '', wanted: plan.revision },
      outcome: 'supersede',
      reason: `revision ${plan.revision.slice(0, 7)} is wanted now`,
    })
  }
  await endOperation(
    app,
    'Superseded',
    `Cannot finish sync of ${app.name}: revision ${plan.revision.slice(0, 7)} took over`,
  )
  await takeInProjects(plan, context.fleet.registry, input.signal)
  const operation = startOperation(context, {
    app,
    manifest: input.manifest,
    plan,
    desired: input.desired,
    digest,
    cluster: input.cluster,
    targetOf: input.targetOf,
    initiatedBy: request?.initiatedBy ?? 'automated',
    resume,
    hooksAlone: runHooks,
  })
  answerSync(app, request, operation)
  return done
}

function planFor(input: Act, policy: Policy, runHooks: boolean, now: number): Plan {
  const { app, desired, digest, request } = input
  return decide(
    {
      application: app.name,
      revision: desired.revisions[0] ?? '',
      trackingName: trackingNameOf(app, input.controlNamespace),
      desired: desired.objects,
      untouched: desired.untouched,
      syncOptions: app.manifest.spec.syncPolicy?.syncOptions ?? [],
      inventory: app.inventory,
      kind: app.applied === digest && !runHooks ? 'heal' : 'sync',
      prune: request?.prune ?? policy.prune,
      allowEmpty: policy.allowEmpty,
      ...deletionOf(app, policy, now),
      initiatedBy: runHooks ? 'user' : 'automated',
    },
    input.targetOf,
  )
}

/** Undefined = go on. Otherwise why not, and when to look again. Each answer is a decision record. */
function allowedNow(
  context: ControllerContext,
  app: ManagedApplication,
  plan: Plan,
  digest: string,
  policy: Policy,
): Outcome | undefined {
  const now = context.clock.now()
  const { attempts } = app
  const input: StartInput = {
    kind: plan.kind,
    enabled: policy.enabled,
    selfHeal: policy.selfHeal,
    ...(attempts?.digest === digest
      ? {
          attempts: {
            failed: attempts.count,
            lastAt: attempts.lastAt,
            reason: attempts.reason,
            applied: attempts.applied,
          },
        }
      : {}),
    ...(policy.retry === undefined ? {} : { retry: policy.retry }),
    heals: app.heals,
    now,
  }
  const { rule, outcome, because, untilMs } = decideStart(input)
  // A first try needs no record of its own: its event says that it started, and there was nothing to weigh.
  if (rule !== 'sync') recordDecision(context, app, { rule, inputs: { ...input }, outcome, reason: because })
  if (outcome === 'start') return undefined
  if (outcome === 'stop' || untilMs === undefined) return { kind: 'stalled', reason: because }
  if (rule === 'retry' && app.operation !== undefined) {
    const retryAt = new Date(untilMs).toISOString()
    app.operation = { ...app.operation, attempts: attempts?.count ?? 0, retryAt }
  }
  return { kind: 'requeue', afterMs: untilMs - now }
}

/** Undefined = the sync windows let it start. Looked at again when they open, at the latest after some hours. */
function untilOpen(context: ControllerContext, app: ManagedApplication): Outcome | undefined {
  const closed = closedGate(context, app, false)
  if (closed === undefined) return undefined
  setProblem(context, app, 'SyncWaiting', 'SyncWindowClosed', closed.message)
  tellParent(context, app)
  if (closed.untilMs === undefined) return { kind: 'stalled', reason: closed.message }
  // A window of Argo CD's arithmetic opens just after its edge.
  return { kind: 'requeue', afterMs: Math.min(closed.untilMs + 1 - context.clock.now(), windowLookMs) }
}

/** The plan is empty: what Git says is what the cluster has. Remember it, so that the next look costs nothing. */
async function nothingToDo(context: ControllerContext, input: Act, plan: Plan): Promise<Outcome> {
  const { app, digest, desired } = input
  answerSync(app, input.request, undefined)
  endChange(app)
  app.applied = digest
  app.syncedRevisions = desired.revisions
  for (const object of desired.objects) adopt(input, object)
  if (plan.skipped.length === 0) setSync(context, app, 'Synced')
  if (interrupted(app) !== undefined) await closeInterrupted(context, app, 'Succeeded')
  settleProblem(app)
  refreshHealth(context, app, (key) => liveOf(key, input.targetOf))
  tellParent(context, app)
  await remember(context.store.putApplication(toRecord(app)))
  return app.differing.size === 0 ? done : { kind: 'stalled', reason: 'what differs is not to be changed' }
}

function adopt(input: Act, object: DesiredObject): void {
  if (object.hook !== undefined) return
  const live = liveOf(object.key, input.targetOf)
  if (live === undefined) return
  input.app.inventory.set(object.key, {
    key: object.key,
    apiVersion: object.object.apiVersion,
    desired: object.digest,
    fingerprint: live.fingerprint,
    uid: live.uid,
    phase: object.phase,
    wave: object.wave,
  })
}

/** The fast path: same inputs, same live fingerprints. No request, no rendering. */
function settled(context: ControllerContext, app: ManagedApplication, targetOf: (kind: GroupKind) => Target): Outcome {
  app.observedAt = context.clock.now()
  if (app.differing.size > 0) app.differing = new Map([...app.differing].filter(([key]) => app.kept.has(key)))
  setSync(context, app, app.differing.size === 0 ? 'Synced' : 'OutOfSync')
  settleProblem(app)
  refreshHealth(context, app, (key) => liveOf(key, targetOf))
  tellParent(context, app)
  return app.differing.size === 0 ? done : { kind: 'stalled', reason: 'what differs is not to be changed' }
}

/** A failed operation stays said while its state stands; problems of source and cluster are over once we got here. */
function settleProblem(app: ManagedApplication): void {
  if (app.attempts === undefined || app.health.status === 'Healthy') clearProblem(app)
}

async function isCurrent(
  touches: Touches,
  app: ManagedApplication,
  { manifest, spec, resolved }: Wanted,
  signal: AbortSignal,
): Promise<boolean> {
  const { rendered } = app
  if (rendered === undefined || rendered.spec !== spec) return false
  if (desiredDigest(rendered) !== app.applied && app.running?.digest !== desiredDigest(rendered)) return false
  const same = rendered.revisions.every((revision, index) => revision === resolved.revisions[index])
  if (same) return true
  if (await touches.between(manifest, rendered, resolved.revisions, signal)) return false
  app.rendered = { ...rendered, revisions: resolved.revisions }
  app.revisions = resolved.revisions
  app.syncedRevisions = resolved.revisions
  return true
}

/** Owned objects that are gone, or whose values at our fields are not what our last apply led to. */
function driftOf(app: ManagedApplication, targetOf: (kind: GroupKind) => Target): string[] {
  const drifted: string[] = []
  for (const record of app.inventory.values()) {
    if (app.kept.has(record.key)) continue
    const live = liveOf(record.key, targetOf)
    if (live === undefined || !sameFingerprint(record.fingerprint, live.fingerprint)) drifted.push(record.key)
  }
  return drifted
}

/** What drifted in ignored fields only is not in the plan, and not worth a word. */
function noteDrift(context: ControllerContext, app: ManagedApplication, plan: Plan, keys: readonly string[]): void {
  const planned = new Set(changesOf(plan).map((change) => change.key))
  const drifted = keys.filter((key) => planned.has(key))
  if (drifted.length === 0) return
  const justSynced =
    app.operation?.finishedAt !== undefined && context.clock.now() - Date.parse(app.operation.finishedAt) < 2_000
  const message = `${drifted.length} objects differ from what was applied: ${drifted
    .slice(0, 3)
    .map((key) => parseRefKey(key).name)
    .join(', ')}`
  if (app.sync.status === 'Synced') {
    report(context, {
      type: justSynced ? 'NotConverged' : 'DriftFound',
      application: app.name,
      message,
      ...(justSynced ? { reason: 'NotConverged' as const } : {}),
      data: { objects: drifted.slice(0, 20) },
    })
    if (justSynced) context.metrics.notConverged.inc()
  }
}

async function computeDesired(
  context: ControllerContext,
  app: ManagedApplication,
  manifest: Application,
  resolved: Resolved,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Desired> {
  const discovery = await cluster.client.discovery(signal)
  const desired = await context.tracing.span('halcyon.render', { 'halcyon.application': app.name }, () =>
    desire(
      manifest,
      resolved,
      {
        target: cluster.target,
        kubeVersion: discovery.gitVersion,
        apiVersions: discovery.apiVersions(),
        defaultNamespace: cluster.defaultNamespace,
      },
      context.fleet.registry,
      context.pipeline,
      signal,
    ),
  )
  app.warnings = desired.warnings
  return desired
}

/** An object that another application delivers already is left to it, and said; two writers of one object would never be quiet. */
function claimed(context: ControllerContext, app: ManagedApplication, desired: Desired, cluster: string): Desired {
  const foreign: string[] = []
  const left = new Set<string>()
  const objects = desired.objects.filter((object) => {
    const target = context.fleet.registry.owns(object.ref) ? context.fleet.registry.name : cluster
    const owner = context.fleet.owner(target, object.key)
    if (owner === undefined || owner === app.name || !context.fleet.all.has(owner)) return true
    foreign.push(`${object.ref.kind} ${object.ref.name} is delivered by application ${owner} and left to it`)
    left.add(object.key)
    return false
  })
  if (foreign.length > 0) app.warnings = [...app.warnings, ...foreign]
  // What is left to another is in Git all the same: it must not be pruned as if it had gone.
  return { ...desired, objects, untouched: [...desired.untouched, ...left] }
}

/** One place reports what went wrong before an operation could start, and says when to look again. */
function notConverged(context: ControllerContext, app: ManagedApplication, error: unknown): Outcome {
  const problem = problemOf(error)
  if (!(error instanceof HalcyonError)) context.logger.error({ application: app.name, err: error }, 'reconcile failed')
  if (app.running === undefined)
    setSync(context, app, app.applied === '' ? 'Unknown' : app.sync.status === 'Synced' ? 'Unknown' : app.sync.status)
  setProblem(context, app, 'ReconcileFailed', problem.reason, problem.message)
  tellParent(context, app)
  app.failures++
  const { retry } = reasons[problem.reason]
  if (retry === 'never') return { kind: 'stalled', reason: problem.message }
  const afterMs = backoffMs(app.failures, sourceBackoff, context.random)
  return { kind: 'requeue', afterMs: retry === 'cause' ? Math.min(afterMs, causeLookMs) : afterMs }
}

/** A running operation that no process runs: the process that ran it is gone. */
function interrupted(app: ManagedApplication): string | undefined {
  return app.running === undefined && app.operation?.phase === 'Running' ? app.operation.id : undefined
}
