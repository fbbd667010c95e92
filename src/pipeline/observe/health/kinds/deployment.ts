/** Health of apps/Deployment. Pure. */
import { getBoolean, getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved, wantedReplicas } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'

/** As Argo CD and `kubectl rollout status`: paused, deadline exceeded, then the three counters in turn. */
export function deploymentHealth(object: KubeObject): HealthVerdict {
  if (getBoolean(object, 'spec', 'paused') === true) return suspended('the rollout is paused')
  if (!isObserved(object)) return progressing('the newest spec has not been observed yet')
  const rollout = getCondition(object, 'Progressing')
  if (rollout?.reason === 'ProgressDeadlineExceeded')
    return degraded(`the rollout exceeded its deadline: ${replicaText(object)}`)
  const wanted = wantedReplicas(object)
  const updated = counted(object, 'updatedReplicas')
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas updated`)
  const old = counted(object, 'replicas') - updated
  if (old > 0) return progressing(`${old} old replicas still terminating`)
  const available = counted(object, 'availableReplicas')
  if (available < updated) return progressing(`${available} of ${updated} replicas available`)
  return healthy
}

function replicaText(object: KubeObject): string {
  return `${counted(object, 'availableReplicas')} of ${wantedReplicas(object)} replicas available, ${counted(object, 'updatedReplicas')} updated`
}
