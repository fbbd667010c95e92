/** Health of batch/CronJob. Pure. */
import { getBoolean, getList, getRecord, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'

/** As the rule that Argo CD ships: only a last run that ended without success is bad; running, or never run, says nothing. */
export function cronJobHealth(object: KubeObject): HealthVerdict {
  if (getBoolean(object, 'spec', 'suspend') === true) return suspended('the cron job is suspended')
  if (getRecord(object, 'status') === undefined) return progressing('not looked at yet')
  const scheduled = getString(object, 'status', 'lastScheduleTime')
  const succeeded = getString(object, 'status', 'lastSuccessfulTime')
  if (scheduled === undefined || succeeded === undefined) return healthy
  if (getList(object, 'status', 'active').length > 0) return healthy
  // RFC 3339 in UTC, as the API server writes it: the order of the texts is the order of the times.
  return succeeded < scheduled ? degraded(`the run of ${scheduled} did not succeed`) : healthy
}
