/** Questions about pods that several controllers ask, and how a pod is made from a template. Pure. */
import type { KubeObject, ObjectMeta } from '../../kube/object.ts'
import { findCondition, isTrue } from './conditions.ts'
import { ownedBy } from './controller.ts'
import { millis } from './timing.ts'
import type { Pod, PodSpec, PodTemplate } from './types.ts'

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined
}

export function isReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready')
}

/** Milliseconds until a ready pod has been ready for `minReadySeconds`: 0 = available, undefined = not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number | undefined, now: number): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (!minReadySeconds) return 0
  return Math.max(0, millis(ready.lastTransitionTime) + minReadySeconds * 1000 - now)
}

export interface PodCount {
  ready: number
  available: number
  /** Milliseconds until the next ready pod becomes available. */
  next: number | undefined
}

export function countPods(pods: readonly Pod[], minReadySeconds: number | undefined, now: number): PodCount {
  const count: PodCount = { ready: 0, available: 0, next: undefined }
  for (const pod of pods) {
    const wait = untilAvailable(pod, minReadySeconds, now)
    if (wait === undefined) continue
    count.ready++
    if (wait === 0) count.available++
    else count.next = Math.min(count.next ?? wait, wait)
  }
  return count
}

/** A pod as a controller creates it: the template's labels, annotations and spec, its owner, and what the controller adds. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplate,
  name: string,
  extra: { labels?: Record<string, string>; annotations?: Record<string, string>; spec?: Partial<PodSpec> } = {},
): Pod {
  const annotations = { ...template.metadata?.annotations, ...extra.annotations }
  const metadata: ObjectMeta = {
    name,
    namespace: owner.metadata.namespace ?? '',
    labels: { ...template.metadata?.labels, ...extra.labels },
    ownerReferences: ownedBy(owner) ?? [],
  }
  if (Object.keys(annotations).length > 0) metadata.annotations = annotations
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: extra.spec === undefined ? template.spec : { ...template.spec, ...extra.spec },
  }
}
