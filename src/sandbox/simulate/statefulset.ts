/** StatefulSets: numbered pods with their own volume claims, one after the other. */
import type { KubeObject, ObjectRef } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { childrenOf, controllerManager, ensure, podRef, writeStatus } from './controller.ts'
import { nonZero } from './deployment-status.ts'
import { countPods, isActive, isReady, podFromTemplate, untilAvailable } from './pod.ts'
import { keepRevisions, revisionLabel, revisionName } from './revision.ts'
import type { ControllerRevision, Pod, PodTemplate, StatefulSet } from './types.ts'

export const statefulSetController: Controller = { kind: { group: 'apps', kind: 'StatefulSet' }, reconcile }

function reconcile(context: Context, object: KubeObject): number | undefined {
  const set = object as StatefulSet
  if (set.metadata.deletionTimestamp !== undefined) return undefined
  const update = revisionName(set)
  const current = set.status?.currentRevision ?? update
  const revisions = keepRevisions(context, set, new Set([current, update]))
  move(context, set, current, update, revisions)

  const pods = podsOf(context, set)
  const now = context.clock.now()
  const count = countPods(pods, set.spec.minReadySeconds, now)
  const replicas = set.spec.replicas ?? 1
  const updated = pods.filter((pod) => revisionOf(set, pod) === update).length
  const isDone = updated === replicas && pods.length === replicas && count.ready === replicas
  const settled = isDone ? update : current
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...nonZero({
      readyReplicas: count.ready,
      currentReplicas: pods.filter((pod) => revisionOf(set, pod) === settled).length,
      updatedReplicas: updated,
    }),
    availableReplicas: count.available,
    currentRevision: settled,
    updateRevision: update,
    collisionCount: 0,
  }
  writeStatus(context, set, status, controllerManager)
  return count.next
}

/** One step towards the goal: missing pods first, then surplus ones, then old ones; in order unless management is Parallel. */
function move(
  context: Context,
  set: StatefulSet,
  current: string,
  update: string,
  revisions: readonly ControllerRevision[],
): void {
  const replicas = set.spec.replicas ?? 1
  const start = set.spec.ordinals?.start ?? 0
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  const { type: strategy = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {}
  const partition = rollingUpdate?.partition ?? 0
  const byOrdinal = new Map(podsOf(context, set).map((pod) => [ordinalOf(set, pod), pod]))

  let isWhole = true
  for (let ordinal = start; ordinal < start + replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (pod !== undefined && !isActive(pod)) {
      remove(context, set, pod)
      return
    }
    if (pod === undefined) {
      const template = strategy === 'RollingUpdate' && ordinal < partition ? templateOf(revisions, current) : undefined
      createPod(context, set, ordinal, template, template === undefined ? update : current)
    }
    if (pod === undefined || !isHealthy(context, set, pod)) {
      isWhole = false
      if (isOrdered) return
    }
  }
  const surplus = [...byOrdinal]
    .filter(([ordinal]) => ordinal < start || ordinal >= start + replicas)
    .sort(([a], [b]) => b - a)
  for (const [, pod] of isOrdered ? surplus.slice(0, 1) : surplus) remove(context, set, pod)
  if (surplus.length > 0 || !isWhole || strategy === 'OnDelete') return
  for (let ordinal = start + replicas - 1; ordinal >= Math.max(start, partition); ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined || revisionOf(set, pod) === update) continue
    remove(context, set, pod)
    return
  }
}

function podsOf(context: Context, set: StatefulSet): Pod[] {
  return childrenOf<Pod>(context, set, 'Pod').sort((a, b) => ordinalOf(set, a) - ordinalOf(set, b))
}

function ordinalOf(set: StatefulSet, pod: Pod): number {
  return Number((pod.metadata.name ?? '').slice((set.metadata.name ?? '').length + 1))
}

/** The revision's full name, from the pod's label. */
function revisionOf(set: StatefulSet, pod: Pod): string {
  const label = pod.metadata.labels?.[revisionLabel] ?? ''
  return label.startsWith(`${set.metadata.name}-`) ? label : `${set.metadata.name}-${label}`
}

function isHealthy(context: Context, set: StatefulSet, pod: Pod): boolean {
  return isReady(pod) && untilAvailable(pod, set.spec.minReadySeconds, context.clock.now()) === 0
}

function templateOf(revisions: readonly ControllerRevision[], name: string): PodTemplate | undefined {
  return revisions.find((one) => one.metadata.name === name)?.data.spec.template
}

function createPod(
  context: Context,
  set: StatefulSet,
  ordinal: number,
  older: PodTemplate | undefined,
  revision: string,
): void {
  const name = `${set.metadata.name}-${ordinal}`
  const namespace = set.metadata.namespace ?? ''
  if (context.cluster.get(podRef(namespace, name)) !== undefined) return
  const template = older ?? set.spec.template
  const claims = set.spec.volumeClaimTemplates ?? []
  const volumes = claims.map((claim) => ({
    name: claim.metadata.name ?? '',
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}` },
  }))
  for (const claim of claims) {
    const metadata = {
      ...claim.metadata,
      name: `${claim.metadata.name}-${name}`,
      namespace,
      labels: { ...set.spec.selector.matchLabels, ...claim.metadata.labels },
    }
    ensure(context, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim.spec }, controllerManager)
  }
  const others = (template.spec.volumes ?? []).filter((volume) => !volumes.some((own) => own.name === volume.name))
  const pod = podFromTemplate(set, template, name, {
    labels: {
      'apps.kubernetes.io/pod-index': String(ordinal),
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
    },
    spec: {
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes: [...volumes, ...others] } : {}),
    },
  })
  context.cluster.create(pod, controllerManager)
  announce(context, set, 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`)
}

function remove(context: Context, set: StatefulSet, pod: Pod): void {
  const ref: ObjectRef = podRef(pod.metadata.namespace ?? '', pod.metadata.name ?? '')
  context.cluster.delete(ref)
  announce(context, set, 'SuccessfulDelete', `delete Pod ${ref.name} in StatefulSet ${set.metadata.name} successful`)
}

function announce(context: Context, set: StatefulSet, reason: string, message: string): void {
  context.recorder.record(set, { type: 'Normal', reason, message, source: 'statefulset-controller' })
}
