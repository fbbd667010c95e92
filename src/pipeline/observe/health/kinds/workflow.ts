/** Health of argoproj.io/Workflow. Pure. */
import { getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import type { HealthVerdict } from '../verdict.ts'

/** By its phase alone, whatever the version (Argo CD). */
export function workflowHealth(object: KubeObject): HealthVerdict {
  const message = getString(object, 'status', 'message') ?? ''
  switch (getString(object, 'status', 'phase') ?? '') {
    case '':
    case 'Pending':
    case 'Running':
      return { status: 'Progressing', message }
    case 'Succeeded':
      return { status: 'Healthy', message }
    case 'Failed':
    case 'Error':
      return { status: 'Degraded', message }
    default:
      return { status: 'Unknown', message }
  }
}
