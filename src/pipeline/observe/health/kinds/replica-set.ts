/** Health of apps/ReplicaSet. Pure. */
import { getCondition, getNumber } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** As Argo CD, in its words. ReplicaFailure means that Pods cannot even be created: a quota, an admission webhook. */
export function replicaSetHealth(object: KubeObject): HealthVerdict {
  if (!isObserved(object)) {
    return progressing('Waiting for rollout to finish: observed replica set generation less than desired generation')
  }
  const failure = getCondition(object, 'ReplicaFailure')
  if (failure?.status === 'True') return degraded(failure.message)
  const wanted = getNumber(object, 'spec', 'replicas')
  const available = counted(object, 'availableReplicas')
  if (wanted !== undefined && available < wanted) {
    return progressing(`Waiting for rollout to finish: ${available} out of ${wanted} new replicas are available...`)
  }
  return healthy
}
