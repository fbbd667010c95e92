/** Health of batch/Job. Pure. */
import { getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'

/** Failed beats everything; Complete is success; Suspended waits for a person or a queue. */
export function jobHealth(object: KubeObject): HealthVerdict {
  const failed = getCondition(object, 'Failed')
  if (failed?.status === 'True') return degraded(failed.message === '' ? failed.reason : failed.message)
  if (getCondition(object, 'Complete')?.status === 'True') return healthy
  if (getCondition(object, 'Suspended')?.status === 'True') return suspended('the job is suspended')
  const active = counted(object, 'active')
  const tries = counted(object, 'failed')
  const tried = tries === 0 ? '' : `, ${tries} failed so far`
  return progressing(active === 0 ? `not started yet${tried}` : `${active} pods running${tried}`)
}
