/** Health of apiregistration.k8s.io/APIService. Pure. */
import { getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { type HealthVerdict, progressing } from '../verdict.ts'

/** As Argo CD, in its words: not available is Progressing, because its Pods may be starting in this very sync. */
export function apiServiceHealth(object: KubeObject): HealthVerdict {
  const available = getCondition(object, 'Available')
  if (available === undefined) return progressing('Waiting to be processed')
  const message = `${available.reason}: ${available.message}`
  return available.status === 'True' ? { status: 'Healthy', message } : progressing(message)
}
