/** Health of apps/DaemonSet. Pure. */
import { getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved } from '../observed.ts'
import { type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** OnDelete waits for people to delete Pods, which is no reason to wait here (Argo CD). */
export function daemonSetHealth(object: KubeObject): HealthVerdict {
  if (!isObserved(object)) return progressing('the newest spec has not been observed yet')
  if (getString(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy
  const wanted = counted(object, 'desiredNumberScheduled')
  const updated = counted(object, 'updatedNumberScheduled')
  if (updated < wanted) return progressing(`${updated} of ${wanted} nodes updated`)
  const available = counted(object, 'numberAvailable')
  return available < wanted ? progressing(`available on ${available} of ${wanted} nodes`) : healthy
}
