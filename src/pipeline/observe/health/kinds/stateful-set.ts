/** Health of apps/StatefulSet. Pure. */
import { getNumber, getRecord, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted, isObserved } from '../observed.ts'
import { type HealthVerdict, progressing } from '../verdict.ts'

/** As Argo CD: readiness first, then the rollout by its strategy. A partition holds back Pods on purpose; OnDelete waits for people. */
export function statefulSetHealth(object: KubeObject): HealthVerdict {
  if (counted(object, 'observedGeneration') === 0 || !isObserved(object)) {
    return progressing('Waiting for statefulset spec update to be observed...')
  }
  const wanted = getNumber(object, 'spec', 'replicas')
  const ready = counted(object, 'readyReplicas')
  if (wanted !== undefined && ready < wanted) return progressing(`Waiting for ${wanted - ready} pods to be ready...`)
  const updated = counted(object, 'updatedReplicas')
  const strategy = getString(object, 'spec', 'updateStrategy', 'type')
  if (strategy === 'RollingUpdate' && getRecord(object, 'spec', 'updateStrategy', 'rollingUpdate') !== undefined) {
    const partition = getNumber(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
    const target = wanted === undefined || partition === undefined ? 0 : wanted - partition
    return updated < target
      ? progressing(
          `Waiting for partitioned roll out to finish: ${updated} out of ${target} new pods have been updated...`,
        )
      : { status: 'Healthy', message: `partitioned roll out complete: ${updated} new pods have been updated...` }
  }
  if (strategy === 'OnDelete') return { status: 'Healthy', message: `statefulset has ${ready} ready pods` }
  const current = getString(object, 'status', 'currentRevision') ?? ''
  const next = getString(object, 'status', 'updateRevision') ?? ''
  if (current !== next) {
    return progressing(`waiting for statefulset rolling update to complete ${updated} pods at revision ${next}...`)
  }
  const pods = counted(object, 'currentReplicas')
  return { status: 'Healthy', message: `statefulset rolling update complete ${pods} pods at revision ${current}...` }
}
