/** Health of Flux: sources, kustomizations, releases, image automation. Pure. */
import { getCondition, getField, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { stoppedBy, wordsOf } from './steps.ts'

const suspended = stoppedBy('spec', 'suspend')

/**
 * As the rules that Argo CD ships: Ready=Unknown while Reconciling is on the way; Ready (and what the kind produces) is good; all else
 * is Degraded. `also` must be True as well.
 */
function fluxHealth(also?: string): HealthCheck {
  return (object: KubeObject): HealthVerdict => {
    const stopped = suspended(object)
    if (stopped !== undefined) return stopped
    if (getField(object, 'status', 'conditions') === undefined) return progressing('not looked at yet')
    const ready = getCondition(object, 'Ready')
    const reconciling = getCondition(object, 'Reconciling')?.status === 'True'
    if (ready?.status === 'Unknown' && reconciling) return progressing(wordsOf(ready))
    if (ready?.status !== 'True') return degraded(ready === undefined ? 'it has no condition Ready' : wordsOf(ready))
    if (also !== undefined && getCondition(object, also)?.status !== 'True') return degraded(`${also} is not True`)
    return healthy
  }
}

const source = fluxHealth('ArtifactInStorage')

/** An OCI registry is not fetched until a chart is: such a repository never gets a status. */
const helmRepository: HealthCheck = (object, now) =>
  getString(object, 'spec', 'type') === 'oci' && getField(object, 'status', 'conditions') === undefined
    ? (suspended(object) ?? healthy)
    : getString(object, 'spec', 'type') === 'oci'
      ? fluxHealth()(object, now)
      : source(object, now)

/** Alerts and Providers have no status since v1beta3: they are only read. */
const notification: HealthCheck = (object, now) =>
  getField(object, 'status', 'conditions') === undefined ? suspended(object) : fluxHealth()(object, now)

export const fluxChecks: Checks = {
  'kustomize.toolkit.fluxcd.io/Kustomization': fluxHealth(),
  'helm.toolkit.fluxcd.io/HelmRelease': fluxHealth('Released'),
  'source.toolkit.fluxcd.io/GitRepository': source,
  'source.toolkit.fluxcd.io/OCIRepository': source,
  'source.toolkit.fluxcd.io/Bucket': source,
  'source.toolkit.fluxcd.io/HelmChart': source,
  'source.toolkit.fluxcd.io/HelmRepository': helmRepository,
  'notification.toolkit.fluxcd.io/Alert': notification,
  'notification.toolkit.fluxcd.io/Provider': notification,
  'notification.toolkit.fluxcd.io/Receiver': fluxHealth(),
  'image.toolkit.fluxcd.io/*': fluxHealth(),
  'fluxcd.controlplane.io/*': fluxHealth(),
}
