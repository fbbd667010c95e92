/** Deployments: a ReplicaSet per template, and the way from the old one to the new. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { childrenOf, controllerManager, ownedBy, writeStatus } from './controller.ts'
import { deploymentStatus } from './deployment-status.ts'
import { jsonEqual } from './equal.ts'
import { templateHash } from './hash.ts'
import type { RolloutShare } from './rollout.ts'
import { newSize, oldSizes, rolloutBounds } from './rollout.ts'
import type { Deployment, ReplicaSet } from './types.ts'

const revisionAnnotation = 'deployment.kubernetes.io/revision'
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
const maxAnnotation = 'deployment.kubernetes.io/max-replicas'
const hashLabel = 'pod-template-hash'
/** Annotations that stay on the Deployment. */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  desiredAnnotation,
  maxAnnotation,
])

export const deploymentController: Controller = { kind: { group: 'apps', kind: 'Deployment' }, reconcile }

function reconcile(context: Context, object: KubeObject): number | undefined {
  let deployment = object as Deployment
  if (deployment.metadata.deletionTimestamp !== undefined) return undefined
  const replicas = deployment.spec.replicas ?? 1
  const sets = childrenOf<ReplicaSet>(context, deployment, 'ReplicaSet')
  const name = `${deployment.metadata.name}-${templateHash(deployment.spec.template)}`
  const existing = sets.find((set) => set.metadata.name === name)
  const old = sets.filter((set) => set !== existing).sort((a, b) => revisionOf(a) - revisionOf(b))
  const isRecreate = deployment.spec.strategy?.type === 'Recreate'
  const bounds = isRecreate
    ? { surge: 0, unavailable: replicas }
    : rolloutBounds(deployment.spec.strategy?.rollingUpdate, replicas)

  let current = existing
  let created = false
  if (
    current === undefined &&
    deployment.spec.paused !== true &&
    (!isRecreate || isEmptied(context, deployment, old))
  ) {
    const size = isRecreate ? replicas : newSize(none, old.map(shareOf), replicas, bounds)
    current = createSet(context, deployment, name, size, replicas + bounds.surge, nextRevision(old))
    created = true
  }
  if (current !== undefined) deployment = adopt(context, deployment, current, old)
  const resized = scale(context, deployment, current, old, replicas, bounds, isRecreate, created)
  const all = resized.current === undefined ? resized.old : [...resized.old, resized.current]
  const { status, deadline } = deploymentStatus({
    deployment,
    current: resized.current,
    all,
    created,
    unavailable: bounds.unavailable,
    now: context.clock.now(),
  })
  writeStatus(context, deployment, { ...kept(deployment), ...status }, controllerManager)
  const isDone =
    status.conditions?.find((condition) => condition.type === 'Progressing')?.reason === 'NewReplicaSetAvailable'
  if (isDone) forgetOldRevisions(context, deployment, resized.old)
  return deadline === undefined ? undefined : deadline + 1000
}

const none: RolloutShare = { wanted: 0, available: 0 }

function shareOf(set: ReplicaSet): RolloutShare {
  const wanted = set.spec.replicas ?? 0
  // A ReplicaSet that was just made smaller still reports the pods it is about to lose.
  return { wanted, available: Math.min(wanted, set.status?.availableReplicas ?? 0) }
}

/** Status fields this controller does not compute. */
function kept(deployment: Deployment): Record<string, unknown> {
  const { collisionCount, terminatingReplicas } = deployment.status ?? {}
  return {
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(terminatingReplicas === undefined ? {} : { terminatingReplicas }),
  }
}

/** Recreate: the new ReplicaSet comes only after the last old pod went. */
function isEmptied(context: Context, deployment: Deployment, old: readonly ReplicaSet[]): boolean {
  for (const set of old) if ((set.spec.replicas ?? 0) > 0) resize(context, deployment, set, 0)
  return old.every((set) => (set.status?.replicas ?? 0) === 0)
}

function createSet(
  context: Context,
  deployment: Deployment,
  name: string,
  size: number,
  max: number,
  revision: number,
): ReplicaSet {
  const { spec, metadata } = deployment
  const hash = templateHash(spec.template)
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash }
  const set: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: metadata.namespace ?? '',
      labels,
      annotations: {
        ...inherited(deployment),
        [desiredAnnotation]: String(spec.replicas ?? 1),
        [maxAnnotation]: String(max),
        [revisionAnnotation]: String(revision),
      },
      ownerReferences: ownedBy(deployment) ?? [],
    },
    spec: {
      replicas: size,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      ...(spec.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
    },
    ...(size === 0 ? { status: { observedGeneration: 1, replicas: 0 } } : {}),
  }
  const made = context.cluster.create(set, controllerManager) as ReplicaSet
  if (size > 0) announce(context, deployment, `Scaled up replica set ${name} from 0 to ${size}`)
  return made
}

/** The revision goes on both; a ReplicaSet that is used again (a rollback) becomes the newest. */
function adopt(context: Context, deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Deployment {
  const wanted = Math.max(revisionOf(current), nextRevision(old))
  if (revisionOf(current) !== wanted) {
    const annotations = { ...current.metadata.annotations, [revisionAnnotation]: String(wanted) }
    context.cluster.update(
      { ...latest(context, current), metadata: { ...current.metadata, annotations } },
      controllerManager,
    )
  }
  if (deployment.metadata.annotations?.[revisionAnnotation] === String(wanted)) return deployment
  // With the status, as the real controller does: an annotation of a Deployment would else be a new generation.
  return context.cluster.updateStatus(deployment, controllerManager, {
    [revisionAnnotation]: String(wanted),
  }) as Deployment
}

function scale(
  context: Context,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  replicas: number,
  bounds: { surge: number; unavailable: number },
  isRecreate: boolean,
  created: boolean,
): { current: ReplicaSet | undefined; old: ReplicaSet[] } {
  if (current === undefined) return { current, old: old.map((set) => latest(context, set)) }
  const oldShares = old.map(shareOf)
  const size = isRecreate ? replicas : newSize(shareOf(current), oldShares, replicas, bounds)
  const isPaused = deployment.spec.paused === true
  const shrunk =
    isPaused || created
      ? old.map((set) => set.spec.replicas ?? 0)
      : oldSizes(shareOf(current), oldShares, replicas, bounds)
  const grown = isPaused && old.some((set) => (set.spec.replicas ?? 0) > 0) ? (current.spec.replicas ?? 0) : size
  return {
    current: resize(context, deployment, current, grown, replicas + bounds.surge),
    old: old.map((set, i) => resize(context, deployment, set, shrunk[i] ?? 0)),
  }
}

/** Sets spec.replicas, and with `max` the annotations that tell the Deployment's size. Unchanged: no write. */
function resize(context: Context, deployment: Deployment, set: ReplicaSet, size: number, max?: number): ReplicaSet {
  const live = latest(context, set)
  const before = live.spec.replicas ?? 0
  const annotations =
    max === undefined
      ? live.metadata.annotations
      : {
          ...live.metadata.annotations,
          [desiredAnnotation]: String(deployment.spec.replicas ?? 1),
          [maxAnnotation]: String(max),
        }
  if (before === size && jsonEqual(annotations, live.metadata.annotations)) return live
  const metadata = annotations === undefined ? live.metadata : { ...live.metadata, annotations }
  const next = context.cluster.update({ ...live, metadata, spec: { ...live.spec, replicas: size } }, controllerManager)
  const direction = size > before ? 'up' : 'down'
  if (before !== size) {
    announce(context, deployment, `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`)
  }
  return next as ReplicaSet
}

function latest(context: Context, set: ReplicaSet): ReplicaSet {
  const ref = {
    group: 'apps',
    kind: 'ReplicaSet',
    namespace: set.metadata.namespace ?? '',
    name: set.metadata.name ?? '',
  }
  return (context.cluster.get(ref) as ReplicaSet | undefined) ?? set
}

function forgetOldRevisions(context: Context, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const limit = deployment.spec.revisionHistoryLimit ?? 10
  const idle = old.filter((set) => (set.spec.replicas ?? 0) === 0 && (set.status?.replicas ?? 0) === 0)
  for (const set of idle.slice(0, Math.max(0, idle.length - limit))) {
    context.cluster.delete({
      group: 'apps',
      kind: 'ReplicaSet',
      namespace: set.metadata.namespace ?? '',
      name: set.metadata.name ?? '',
    })
  }
}

function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[revisionAnnotation] ?? 0) || 0
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return old.reduce((highest, set) => Math.max(highest, revisionOf(set)), 0) + 1
}

function inherited(deployment: Deployment): Record<string, string> {
  const annotations = Object.entries(deployment.metadata.annotations ?? {})
  return Object.fromEntries(annotations.filter(([key]) => !ownAnnotations.has(key)))
}

function announce(context: Context, deployment: Deployment, message: string): void {
  context.recorder.record(deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message,
    source: 'deployment-controller',
  })
}
