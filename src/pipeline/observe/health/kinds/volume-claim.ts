/** Health of core/PersistentVolumeClaim. Pure. */
import { getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, healthy, progressing } from '../verdict.ts'

/**
 * Bound, Pending or Lost (Argo CD). A claim of a class with WaitForFirstConsumer stays Pending until a Pod uses it: put both in one
 * wave, or give the claim `ignore-healthcheck`.
 */
export function volumeClaimHealth(object: KubeObject): HealthVerdict {
  switch (getString(object, 'status', 'phase')) {
    case 'Bound':
      return healthy
    case 'Lost':
      return degraded('its volume is lost')
    case 'Pending':
      return progressing('waiting for a volume')
    default:
      return { status: 'Unknown', message: '' }
  }
}
