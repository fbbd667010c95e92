/** Health of batch/Job. Pure. */
import { getCondition } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted } from '../observed.ts'
import { degraded, type HealthVerdict, progressing, suspended } from '../verdict.ts'

/**
 * Failed beats everything; Complete is success; Suspended waits for a person or a queue. As Argo CD, but for one thing: a job that was
 * resumed keeps a condition Suspended=False, and is on its way and not Healthy.
 */
export function jobHealth(object: KubeObject): HealthVerdict {
  const failed = getCondition(object, 'Failed')
  if (failed?.status === 'True') return degraded(failed.message === '' ? failed.reason : failed.message)
  const complete = getCondition(object, 'Complete')
  if (complete?.status === 'True') return { status: 'Healthy', message: complete.message }
  if (getCondition(object, 'Suspended')?.status === 'True') return suspended('the job is suspended')
  const active = counted(object, 'active')
  const tries = counted(object, 'failed')
  const tried = tries === 0 ? '' : `, ${tries} failed so far`
  return progressing(active === 0 ? `not started yet${tried}` : `${active} pods running${tried}`)
}
