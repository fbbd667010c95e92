/** Health of apps/StatefulSet. Pure. */
import { getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved, wantedReplicas } from '../observed.ts'
import { type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** As Argo CD: readiness first, then the rollout by its strategy. A partition holds back Pods on purpose; OnDelete waits for people. */
export function statefulSetHealth(object: KubeObject): HealthVerdict {
  if (counted(object, 'observedGeneration') === 0 || !isObserved(object)) {
    return progressing('the newest spec has not been observed yet')
  }
  const wanted = wantedReplicas(object)
  const ready = counted(object, 'readyReplicas')
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas ready`)
  if (getString(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy
  const partition = getNumber(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0
  const updated = counted(object, 'updatedReplicas')
  if (partition > 0) {
    const target = wanted - partition
    return updated < target ? progressing(`${updated} of ${target} replicas updated (partition ${partition})`) : healthy
  }
  const current = getString(object, 'status', 'currentRevision')
  const next = getString(object, 'status', 'updateRevision')
  return current === next ? healthy : progressing(`${updated} of ${wanted} replicas updated`)
}
