/** Health of a child Application, from the status that its controller reports. Pure. */
import type { HealthStatus } from '../../../../api/views.ts'
import { getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { type HealthVerdict, progressing } from '../verdict.ts'

const statuses: ReadonlySet<string> = new Set(['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'])

/** What the status says; a child without one is on its way (the rule that Argo CD's documentation gives for apps of apps). */
export function applicationHealth(object: KubeObject): HealthVerdict {
  const status = getString(object, 'status', 'health', 'status') ?? ''
  const message = getString(object, 'status', 'health', 'message') ?? ''
  return statuses.has(status)
    ? { status: status as HealthStatus, message }
    : progressing('waiting for its first comparison')
}
