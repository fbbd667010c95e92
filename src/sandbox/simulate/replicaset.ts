/** ReplicaSets: so many pods of one template. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { childrenOf, controllerManager, podRef, writeStatus } from './controller.ts'
import { nonZero } from './deployment-status.ts'
import { shortSuffix } from './hash.ts'
import { countPods, isActive, isReady, podFromTemplate } from './pod.ts'
import type { Pod, ReplicaSet } from './types.ts'

/** Pods made or taken away at one look; the rest follows at the next. */
const batch = 200

export const replicaSetController: Controller = { kind: { group: 'apps', kind: 'ReplicaSet' }, reconcile }

function reconcile(context: Context, object: KubeObject): number | undefined {
  const set = object as ReplicaSet
  if (set.metadata.deletionTimestamp !== undefined) return undefined
  const wanted = set.spec.replicas ?? 1
  const pods = childrenOf<Pod>(context, set, 'Pod').filter(isActive)
  const missing = wanted - pods.length
  let live = pods
  if (missing > 0) live = [...pods, ...createPods(context, set, Math.min(batch, missing))]
  if (missing < 0) live = removePods(context, set, pods, Math.min(batch, -missing))
  const count = countPods(live, set.spec.minReadySeconds, context.clock.now())
  const status = {
    replicas: live.length,
    ...nonZero({
      fullyLabeledReplicas: live.length,
      readyReplicas: count.ready,
      availableReplicas: count.available,
    }),
    observedGeneration: set.metadata.generation ?? 1,
  }
  writeStatus(context, set, status, controllerManager)
  return live.length === wanted ? count.next : 1
}

function createPods(context: Context, set: ReplicaSet, count: number): Pod[] {
  const made: Pod[] = []
  const { name = '', namespace = '', uid = '' } = set.metadata
  for (let i = 0; made.length < count; i++) {
    const podName = `${name}-${shortSuffix(`${uid}/${context.clock.now()}/${i}`)}`
    if (context.cluster.get(podRef(namespace, podName)) !== undefined) continue
    made.push(context.cluster.create(podFromTemplate(set, set.spec.template, podName), controllerManager) as Pod)
    announce(context, set, 'SuccessfulCreate', `Created pod: ${podName}`)
  }
  return made
}

/** Those that run least go first: unscheduled, pending, not ready, then the youngest. */
function removePods(context: Context, set: ReplicaSet, pods: readonly Pod[], count: number): Pod[] {
  const ranked = pods.toSorted((a, b) => rank(a) - rank(b) || age(b) - age(a))
  for (const pod of ranked.slice(0, count)) {
    context.cluster.delete(podRef(pod.metadata.namespace ?? '', pod.metadata.name ?? ''))
    announce(context, set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }
  return ranked.slice(count)
}

function rank(pod: Pod): number {
  if (!pod.spec.nodeName) return 0
  if (pod.status?.phase !== 'Running') return 1
  return isReady(pod) ? 3 : 2
}

function age(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0
}

function announce(context: Context, set: ReplicaSet, reason: string, message: string): void {
  context.recorder.record(set, { type: 'Normal', reason, message, source: 'replicaset-controller' })
}
