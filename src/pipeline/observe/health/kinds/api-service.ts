/** Health of apiregistration.k8s.io/APIService. Pure. */
import { getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { type HealthVerdict, healthy, progressing } from '../verdict.ts'

export function apiServiceHealth(object: KubeObject): HealthVerdict {
  const available = getCondition(object, 'Available')
  if (available?.status === 'True') return healthy
  return progressing(available === undefined ? 'not looked at yet' : `${available.reason}: ${available.message}`)
}
