/** Health of apps/Deployment. Pure. */
import { getBoolean, getCondition, getNumber } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'

/**
 * As Argo CD and `kubectl rollout status`: paused, deadline exceeded, then the three counters in turn. The words are Argo CD's: people
 * match on them.
 */
export function deploymentHealth(object: KubeObject): HealthVerdict {
  if (getBoolean(object, 'spec', 'paused') === true) return suspended('Deployment is paused')
  if (!isObserved(object)) {
    return waiting('observed deployment generation less than desired generation')
  }
  if (getCondition(object, 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    return degraded(`Deployment "${object.metadata.name ?? ''}" exceeded its progress deadline`)
  }
  const wanted = getNumber(object, 'spec', 'replicas')
  const updated = counted(object, 'updatedReplicas')
  if (wanted !== undefined && updated < wanted) {
    return waiting(`${updated} out of ${wanted} new replicas have been updated...`)
  }
  const old = counted(object, 'replicas') - updated
  if (old > 0) return waiting(`${old} old replicas are pending termination...`)
  const available = counted(object, 'availableReplicas')
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available...`)
  return healthy
}

function waiting(what: string): HealthVerdict {
  return progressing(`Waiting for rollout to finish: ${what}`)
}
