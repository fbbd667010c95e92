/** DaemonSets: one pod on every node that fits. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { childrenOf, controllerManager, podRef, writeStatus } from './controller.ts'
import { nonZero } from './deployment-status.ts'
import { shortSuffix, templateHash } from './hash.ts'
import { nodeKind } from './nodes.ts'
import { countPods, isActive, isReady, podFromTemplate } from './pod.ts'
import { keepRevisions, revisionLabel, revisionName } from './revision.ts'
import { share } from './rollout.ts'
import { hasLabels, pinnedNode } from './scheduler.ts'
import type { DaemonSet, Pod, PodSpec } from './types.ts'

/** A controller for the nodes of that name. */
export function daemonSetController(nodeNames: readonly string[]): Controller {
  return {
    kind: { group: 'apps', kind: 'DaemonSet' },
    reconcile: (context, object) => reconcile(context, object as DaemonSet, nodeNames),
  }
}

function reconcile(context: Context, set: DaemonSet, nodeNames: readonly string[]): number | undefined {
  if (set.metadata.deletionTimestamp !== undefined) return undefined
  keepRevisions(context, set, new Set([revisionName(set)]))
  const hash = templateHash(set.spec.template)
  const selector = set.spec.template.spec.nodeSelector ?? {}
  const wanted = nodeNames.filter((name) => {
    const node = context.cluster.get({ ...nodeKind, namespace: '', name })
    return node !== undefined && hasLabels(node, selector)
  })
  move(context, set, wanted, hash)

  const all = childrenOf<Pod>(context, set, 'Pod').filter(isActive)
  const pods = all.filter((pod) => wanted.includes(nodeOf(pod)))
  const count = countPods(pods, set.spec.minReadySeconds, context.clock.now())
  const status = {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: wanted.length,
    numberMisscheduled: all.length - pods.length,
    numberReady: count.ready,
    ...nonZero({
      numberAvailable: count.available,
      numberUnavailable: wanted.length - count.available,
      updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length,
    }),
    observedGeneration: set.metadata.generation ?? 1,
  }
  writeStatus(context, set, status, controllerManager)
  return count.next
}

/** Pods on nodes that lack one, none where none belongs, and old ones replaced a few at a time. */
function move(context: Context, set: DaemonSet, wanted: readonly string[], hash: string): void {
  const byNode = new Map<string, Pod>()
  for (const pod of childrenOf<Pod>(context, set, 'Pod')) {
    const node = nodeOf(pod)
    if (!isActive(pod) || !wanted.includes(node) || byNode.has(node)) remove(context, set, pod)
    else byNode.set(node, pod)
  }
  for (const node of wanted) if (!byNode.has(node)) createPod(context, set, node, hash)
  if (set.spec.updateStrategy?.type === 'OnDelete') return
  const rolling = set.spec.updateStrategy?.rollingUpdate
  const allowed = Math.max(1, share(rolling?.maxUnavailable ?? 1, wanted.length, 'up'))
  const missing = wanted.length - byNode.size
  const pods = [...byNode.values()]
  const old = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] !== hash)
  const unready = pods.filter((pod) => !isReady(pod))
  // Old pods that do not work cost nothing to replace.
  for (const pod of old.filter((one) => !isReady(one))) remove(context, set, pod)
  const room = allowed - missing - unready.length
  for (const pod of old.filter(isReady).slice(0, Math.max(0, room))) remove(context, set, pod)
}

function nodeOf(pod: Pod): string {
  return pinnedNode(pod.spec) ?? pod.spec.nodeName ?? ''
}

function createPod(context: Context, set: DaemonSet, node: string, hash: string): void {
  const { namespace = '', name: setName = '', uid = '' } = set.metadata
  let name = ''
  for (let i = 0; name === '' || context.cluster.get(podRef(namespace, name)) !== undefined; i++) {
    name = `${setName}-${shortSuffix(`${uid}/${node}/${context.clock.now()}/${i}`)}`
  }
  const affinity: NonNullable<PodSpec['affinity']> = {
    ...set.spec.template.spec.affinity,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
      },
    },
  }
  const labels = { [revisionLabel]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) }
  context.cluster.create(
    podFromTemplate(set, set.spec.template, name, { labels, spec: { affinity } }),
    controllerManager,
  )
  announce(context, set, 'SuccessfulCreate', `Created pod: ${name}`)
}

function remove(context: Context, set: DaemonSet, pod: Pod): void {
  context.cluster.delete(podRef(pod.metadata.namespace ?? '', pod.metadata.name ?? ''))
  announce(context, set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
}

function announce(context: Context, set: KubeObject, reason: string, message: string): void {
  context.recorder.record(set, { type: 'Normal', reason, message, source: 'daemonset-controller' })
}
