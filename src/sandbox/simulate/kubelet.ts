/** Pods: placed on a node, then run there as their containers behave. */
import type { KubeObject } from '../../kube/object.ts'
import type { SimulatedCluster } from './cluster.ts'
import { findCondition, withCondition } from './conditions.ts'
import type { Context, Controller } from './controller.ts'
import { kubeletManager, schedulerManager, writeStatus } from './controller.ts'
import { nodeIp, nodeKind } from './nodes.ts'
import type { PodAddresses } from './pod-addresses.ts'
import { createPodAddresses } from './pod-addresses.ts'
import type { PodMemory } from './pod-step.ts'
import { newPodMemory, stepPod } from './pod-step.ts'
import { placePod } from './scheduler.ts'
import { backOff } from './timing.ts'
import type { Pod } from './types.ts'

interface Waiting {
  attempts: number
  since: number
}

/** Scheduler and kubelet in one. What it remembers of a pod goes as soon as nothing is pending. */
export function podController(nodeNames: readonly string[]): Controller {
  const memories = new Map<string, PodMemory>()
  const unplaced = new Map<string, Waiting>()
  let addresses: PodAddresses | undefined

  function reconcile(context: Context, object: KubeObject): number | undefined {
    const pod = object as Pod
    const uid = pod.metadata.uid ?? ''
    const phase = pod.status?.phase
    if (phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined) return undefined
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return place(context, pod, uid)
    if (isSettled(pod) && !memories.has(uid)) return undefined
    return step(context, pod, uid, pod.spec.nodeName)
  }

  function place(context: Context, pod: Pod, uid: string): number | undefined {
    const { cluster, clock, timing, recorder } = context
    const now = clock.now()
    const { namespace = '', name = '' } = pod.metadata
    const waiting = unplaced.get(uid)
    if (waiting === undefined) {
      unplaced.set(uid, { attempts: 0, since: now })
      return timing.schedule
    }
    const nodes = nodeNames.flatMap((node) => cluster.get({ ...nodeKind, namespace: '', name: node }) ?? [])
    const claim = (claimName: string) =>
      cluster.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name: claimName })
    const placement = placePod(pod, nodes, claim)
    if ('node' in placement) {
      unplaced.delete(uid)
      const message = `Successfully assigned ${namespace}/${name} to ${placement.node}`
      const bound = cluster.update({ ...pod, spec: { ...pod.spec, nodeName: placement.node } }, schedulerManager) as Pod
      recorder.record(bound, { type: 'Normal', reason: 'Scheduled', message, source: 'default-scheduler' })
      return step(context, bound, uid, placement.node)
    }
    const wait = backOff(timing.scheduleRetry, 32 * timing.scheduleRetry, waiting.attempts++)
    if (placement.waits && waiting.attempts < 4) return wait
    const { message } = placement
    const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }
    if (findCondition(pod.status?.conditions, 'PodScheduled')?.message !== message) {
      recorder.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, source: 'default-scheduler' })
    }
    const conditions = withCondition(pod.status?.conditions, condition, now)
    writeStatus(context, pod, { ...pod.status, phase: 'Pending', conditions }, schedulerManager)
    return wait
  }

  function step(context: Context, pod: Pod, uid: string, node: string): number | undefined {
    const { cluster, clock, timing, recorder } = context
    const { namespace = '' } = pod.metadata
    const memory = memories.get(uid) ?? newPodMemory()
    const result = stepPod(pod, memory, {
      now: clock.now(),
      timing,
      lookup: (kind, name) => cluster.get({ group: '', kind, namespace, name }),
      podIp: () => (pod.spec.hostNetwork === true ? nodeIp(node) : takeAddress(cluster, node)),
      hostIp: nodeIp(node),
    })
    if (result.next === undefined) memories.delete(uid)
    else memories.set(uid, memory)
    writeStatus(context, pod, result.status, kubeletManager)
    for (const happening of result.events) recorder.record(pod, { ...happening, source: 'kubelet', host: node })
    return result.next
  }

  function takeAddress(cluster: SimulatedCluster, node: string): string {
    addresses ??= createPodAddresses(cluster, nodeNames)
    return addresses.take(node)
  }

  return {
    kind: { group: '', kind: 'Pod' },
    reconcile,
    forget: (_context, object) => {
      memories.delete(object.metadata.uid ?? '')
      unplaced.delete(object.metadata.uid ?? '')
      addresses?.release((object as Pod).status?.podIP)
    },
  }
}

/** Running and ready with nothing left to happen, as far as the status alone can tell. */
function isSettled(pod: Pod): boolean {
  const statuses = pod.status?.containerStatuses
  return (
    statuses !== undefined &&
    pod.status?.phase === 'Running' &&
    statuses.length === pod.spec.containers.length &&
    statuses.every((status) => status.ready && status.state.running !== undefined)
  )
}
