/** The end of an application: its hooks, its objects, its memory. The same plan, order and guards as a sync. Effect. */
import { type GroupKind, parseRefKey } from '../kube/object.ts'
import type { Target } from '../pipeline/apply/target.ts'
import { type Desired, decide, desire, observe, resolve } from '../pipeline/pipeline.ts'
import type { Outcome } from '../runtime/work-queue.ts'
import { type ManagedApplication, removedDigest } from './application-state.ts'
import { deletionOf, noteRefusal } from './approvals.ts'
import { atRevisions } from './at-revisions.ts'
import { type ControllerContext, remember, report } from './context.ts'
import type { Cluster } from './destinations.ts'
import { changesOf, closeInterrupted, endOperation, startOperation } from './operations.ts'
import { forgetObject, kindsOf, liveOf, router, trackingNameOf } from './owned.ts'
import { policyOf } from './policy.ts'
import { decideRetry } from './retry-decision.ts'

const done: Outcome = { kind: 'done' }

/**
 * Without a finalizer the objects stay and only the application is forgotten. With one: PreDelete hooks, objects in the reverse of the
 * order of applying, PostDelete hooks (Argo CD, app deletion). A failing hook keeps everything that is not deleted yet and is tried
 * again with back-off. Throws what rendering the hooks throws.
 */
export async function remove(
  context: ControllerContext,
  app: ManagedApplication,
  signal: AbortSignal,
): Promise<Outcome> {
  if (app.running !== undefined && app.running.digest !== removedDigest) {
    await endOperation(app, 'Superseded', `Cannot finish sync of ${app.name}: the application was removed`)
  }
  if (app.running !== undefined) return done
  if (app.interrupted !== '' && app.interrupted !== removedDigest) await closeInterrupted(context, app, 'Terminated')
  if (app.deleting?.cascade === true && !context.settings.readOnly) {
    const outcome = await removeObjects(context, app, signal)
    if (outcome !== undefined) return outcome
  }
  return forget(context, app)
}

/** Undefined when nothing is left to remove. */
async function removeObjects(
  context: ControllerContext,
  app: ManagedApplication,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const hooksAreDue = app.deletionHooks && !app.swept
  if (app.inventory.size === 0 && !hooksAreDue) return undefined
  const wait = untilRetry(context, app)
  if (wait !== undefined) return wait
  const cluster = await context.destinations.cluster(app.manifest.spec.destination, signal)
  const targetOf = router(context, cluster)
  const desired = hooksAreDue ? await deletionHooks(context, app, cluster, signal) : nothingDesired
  await observe([...kindsOf(app), ...desired.objects.map((object) => object.ref)], targetOf, signal)
  for (const key of [...app.inventory.keys()])
    if (liveOf(key, targetOf) === undefined) forgetObject(context, app, key, targetOf)
  if (app.inventory.size === 0 && desired.objects.length === 0) return undefined
  return startRemoval(context, app, cluster, targetOf, desired)
}

const nothingDesired: Desired = {
  objects: [],
  revisions: [],
  digest: removedDigest,
  readSets: [],
  warnings: [],
  untouched: [],
  deletionHooks: false,
}

/** The hooks of what was applied last: the manifests themselves may have left Git together with the application. */
async function deletionHooks(
  context: ControllerContext,
  app: ManagedApplication,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Desired> {
  const manifest = atRevisions(app.manifest, app.syncedRevisions)
  const resolved = await resolve(manifest, context.pipeline, signal)
  const discovery = await cluster.client.discovery(signal)
  return desire(
    manifest,
    resolved,
    {
      target: cluster.target,
      kubeVersion: discovery.gitVersion,
      apiVersions: discovery.apiVersions(),
      defaultNamespace: cluster.defaultNamespace,
    },
    context.fleet.registry,
    { ...context.pipeline, of: 'deletion' },
    signal,
  )
}

/** A removal that failed is tried again as a sync is: with back-off, and hooks not for ever. */
function untilRetry(context: ControllerContext, app: ManagedApplication): Outcome | undefined {
  const { attempts } = app
  if (attempts === undefined || attempts.digest !== removedDigest) return undefined
  const now = context.clock.now()
  const decision = decideRetry({
    reason: attempts.reason,
    failed: attempts.count,
    lastAt: attempts.lastAt,
    now,
    retry: policyOf(app.manifest).retry,
    applied: false,
  })
  if (decision.kind === 'now') return undefined
  if (decision.kind === 'stop') return { kind: 'stalled', reason: decision.because }
  return { kind: 'requeue', afterMs: decision.untilMs - now }
}

function startRemoval(
  context: ControllerContext,
  app: ManagedApplication,
  cluster: Cluster,
  targetOf: (kind: GroupKind) => Target,
  desired: Desired,
): Outcome {
  const plan = decide(
    {
      application: app.name,
      revision: desired.revisions[0] ?? '',
      desired: desired.objects,
      untouched: [],
      syncOptions: app.manifest.spec.syncPolicy?.syncOptions ?? [],
      inventory: app.inventory,
      kind: 'sync',
      prune: true,
      allowEmpty: true,
      removal: true,
      ...deletionOf(app, policyOf(app.manifest), context.clock.now()),
      trackingName: trackingNameOf(app, context.pipeline.controlNamespace),
      initiatedBy: 'user',
    },
    targetOf,
  )
  app.refusal = plan.refused
  if (plan.refused !== undefined) {
    noteRefusal(context, app, { revision: plan.revision, kind: 'removal', changes: changesOf(plan).length })
    return { kind: 'stalled', reason: plan.refused.message }
  }
  // What must stay (Delete=false, tracked by another) is let go, not deleted.
  for (const change of [...plan.skipped, ...plan.forget]) forgetObject(context, app, change.key, targetOf)
  if (changesOf(plan).length === 0) return { kind: 'requeue', afterMs: 0 }
  startOperation(context, {
    app,
    plan,
    desired: { ...desired, digest: removedDigest },
    digest: removedDigest,
    cluster,
    targetOf,
    initiatedBy: 'automated',
    // One deletion is one operation, however often it is tried: what ran well does not run again.
    resume: isTriedAgain(app) ? app.operation?.id : undefined,
    hooksAlone: true,
    failedHooksAgain: true,
  })
  return done
}

function isTriedAgain(app: ManagedApplication): boolean {
  return app.interrupted === removedDigest || app.attempts?.digest === removedDigest
}

async function forget(context: ControllerContext, app: ManagedApplication): Promise<Outcome> {
  for (const key of app.inventory.keys()) {
    const name = context.fleet.registry.owns(parseRefKey(key))
      ? context.fleet.registry.name
      : context.destinations.nameOf(app.manifest.spec.destination)
    context.fleet.release(name, key, app.name)
  }
  await remember(context.store.deleteApplication(app.name))
  report(context, {
    type: 'ApplicationRemoved',
    application: app.name,
    message: app.deleting?.cascade ? 'removed with its objects' : 'removed; its objects stay',
  })
  context.fleet.forget(app.name)
  return done
}
