/** What a sync would do, and what it would do it with: the same stages as a sync, stopped before the first write. Effect: reads only. */
import type { FieldChange, PlanView } from '../api/views.ts'
import type { GroupKind } from '../kube/object.ts'
import { printYaml } from '../kube/yaml.ts'
import { predict } from '../pipeline/apply/predict.ts'
import type { Target } from '../pipeline/apply/target.ts'
import { diffObjects } from '../pipeline/diff/fields.ts'
import { maskObject } from '../pipeline/diff/mask.ts'
import { leaveIgnored } from '../pipeline/leave-ignored.ts'
import { type Desired, decide, desire, observe, resolve } from '../pipeline/pipeline.ts'
import { printPlan } from '../pipeline/plan/print.ts'
import type { Change, Plan } from '../pipeline/plan/types.ts'
import { desiredDigest, type ManagedApplication } from './application-state.ts'
import { deletionOf } from './approvals.ts'
import { atRevisions } from './at-revisions.ts'
import type { ControllerContext } from './context.ts'
import { ignoringOf } from './ignoring.ts'
import { changesOf, summary } from './operations.ts'
import { kindsOf } from './owned.ts'
import { policyOf } from './policy.ts'

interface Preview {
  readonly desired: Desired
  readonly targetOf: (kind: GroupKind) => Target
}

async function previewOf(
  context: ControllerContext,
  app: ManagedApplication,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<Preview> {
  const cluster = await context.destinations.cluster(app.manifest.spec.destination, signal)
  const { registry } = context.fleet
  const manifest = revision === undefined ? app.manifest : atRevisions(app.manifest, [revision])
  const resolved = await resolve(manifest, context.pipeline, signal)
  const discovery = await cluster.client.discovery(signal)
  const desired = await desire(
    manifest,
    resolved,
    {
      target: cluster.target,
      kubeVersion: discovery.gitVersion,
      apiVersions: discovery.apiVersions(),
      defaultNamespace: cluster.defaultNamespace,
    },
    registry,
    context.pipeline,
    signal,
  )
  return { desired, targetOf: (kind) => (registry.owns(kind) ? registry : cluster.target) }
}

export async function manifestsOf(
  context: ControllerContext,
  app: ManagedApplication,
  options: { readonly revision?: string; readonly reveal: boolean },
  signal: AbortSignal,
): Promise<string> {
  const { desired } = await previewOf(context, app, options.revision, signal)
  return desired.objects.map(({ object }) => `---\n${printYaml(options.reveal ? object : maskObject(object))}`).join('')
}

/** What a sync would do, as people see it and in short, and why it would be refused. */
export interface Previewed {
  readonly view: PlanView
  readonly summary: string
  readonly refused: Plan['refused']
}

/** `request.prune` as for a sync by a person. Throws what the dry run on the server is refused with. */
export async function planOf(
  context: ControllerContext,
  app: ManagedApplication,
  signal: AbortSignal,
  request: { readonly prune?: boolean } = {},
): Promise<Previewed> {
  const { desired, targetOf } = await previewOf(context, app, undefined, signal)
  await observe([...desired.objects.map((object) => object.ref), ...kindsOf(app)], targetOf, signal)
  const policy = policyOf(app.manifest)
  const digest = desiredDigest({ digest: desired.digest, spec: app.spec })
  const planned = decide(
    {
      application: app.name,
      revision: desired.revisions[0] ?? '',
      desired: desired.objects,
      untouched: desired.untouched,
      syncOptions: app.manifest.spec.syncPolicy?.syncOptions ?? [],
      inventory: app.inventory,
      kind: app.applied === digest ? 'heal' : 'sync',
      prune: request.prune ?? (policy.enabled ? policy.prune : true),
      allowEmpty: policy.allowEmpty,
      ...deletionOf(app, policy, context.clock.now()),
      initiatedBy: 'automated',
    },
    targetOf,
  )
  const { plan } = await leaveIgnored(planned, ignoringOf(context, app), targetOf, signal)
  const namespaces = await missingNamespaces(plan, targetOf, signal)
  const prediction = await predict(plan, targetOf, (namespace) => namespaces.has(namespace), signal)
  const effective = withoutSettled(plan, prediction.settled)
  const fields = new Map<string, readonly FieldChange[]>()
  await Promise.all(
    changesOf(effective).map(async (change) => {
      if (change.action !== 'update' && change.action !== 'create') return
      const predicted = prediction.written.get(change.key)
      const live = await targetOf(change.ref).read(change.ref, signal)
      if (live === undefined || predicted === undefined) return
      fields.set(change.key, diffObjects(live, predicted.object))
    }),
  )
  const view = {
    application: app.name,
    revision: effective.revision,
    changes: [...changesOf(effective), ...effective.skipped].map((change) => ({
      action: change.action,
      ref: change.ref,
      phase: change.phase,
      wave: change.wave,
      reason: change.reason,
      fields: fields.get(change.key) ?? [],
    })),
    text: printPlan(effective, fields),
  }
  return { view, summary: summary(effective), refused: effective.refused }
}

/** What the server says is as it should be is no change, whatever our memory says. */
function withoutSettled(plan: Plan, settled: ReadonlySet<string>): Plan {
  const keep = (change: Change) => !settled.has(change.key)
  return {
    ...plan,
    steps: plan.steps
      .map((step) => ({ ...step, changes: step.changes.filter(keep) }))
      .filter((step) => step.changes.length > 0),
  }
}

async function missingNamespaces(
  plan: Plan,
  targetOf: (kind: GroupKind) => Target,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = new Set(
    changesOf(plan).flatMap((change) =>
      change.desired === undefined || change.ref.namespace === '' ? [] : [change.ref.namespace],
    ),
  )
  const missing = new Set<string>()
  await Promise.all(
    [...names].map(async (name) => {
      const ref = { group: '', kind: 'Namespace', namespace: '', name }
      if ((await targetOf(ref).read(ref, signal)) === undefined) missing.add(name)
    }),
  )
  return missing
}
