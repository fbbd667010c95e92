/** Health of apiextensions.k8s.io/CustomResourceDefinition. Pure. */
import { getCondition, getList } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** As the rule that Argo CD ships, but a CRD that is being installed is Progressing: it takes a moment, and a sync waits for it. */
export function crdHealth(object: KubeObject): HealthVerdict {
  if (getList(object, 'status', 'conditions').length === 0) return progressing('not looked at yet')
  const terminating = getCondition(object, 'Terminating')
  if (terminating?.status === 'True') return progressing(`being deleted: ${terminating.message}`)
  const names = getCondition(object, 'NamesAccepted')
  if (names?.status === 'False') return degraded(`its names are not accepted: ${names.message}`)
  const established = getCondition(object, 'Established')
  if (established === undefined || established.reason === 'Installing') return progressing('not established yet')
  if (established.status !== 'True') return degraded(`it is not established: ${established.message}`)
  const schema = getCondition(object, 'NonStructuralSchema')
  return schema?.status === 'True' ? degraded(`its schema is not structural: ${schema.message}`) : healthy
}
