/** Health of apps/DaemonSet. Pure. */
import { getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved } from '../observed.ts'
import { type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** As Argo CD, in its words. OnDelete waits for people to delete Pods, which is no reason to wait here. */
export function daemonSetHealth(object: KubeObject): HealthVerdict {
  if (!isObserved(object)) {
    return progressing('Waiting for rollout to finish: observed daemon set generation less than desired generation')
  }
  const wanted = counted(object, 'desiredNumberScheduled')
  const updated = counted(object, 'updatedNumberScheduled')
  if (getString(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return { status: 'Healthy', message: `daemon set ${updated} out of ${wanted} new pods have been updated` }
  }
  const waiting = `Waiting for daemon set "${object.metadata.name ?? ''}" rollout to finish:`
  if (updated < wanted) return progressing(`${waiting} ${updated} out of ${wanted} new pods have been updated...`)
  const available = counted(object, 'numberAvailable')
  if (available < wanted) return progressing(`${waiting} ${available} of ${wanted} updated pods are available...`)
  return healthy
}
