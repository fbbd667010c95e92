/** Health of apps/ReplicaSet. Pure. */
import { getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved, wantedReplicas } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** ReplicaFailure means that Pods cannot even be created: a quota, an admission webhook. */
export function replicaSetHealth(object: KubeObject): HealthVerdict {
  if (!isObserved(object)) return progressing('the newest spec has not been observed yet')
  const failure = getCondition(object, 'ReplicaFailure')
  if (failure?.status === 'True') return degraded(failure.message)
  const wanted = wantedReplicas(object)
  const available = counted(object, 'availableReplicas')
  return available < wanted ? progressing(`${available} of ${wanted} replicas available`) : healthy
}
