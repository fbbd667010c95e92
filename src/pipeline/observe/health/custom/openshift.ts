/** Health of OpenShift, OLM, KubeVirt and OpenKruise. Pure. */
import { getCondition, getField, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { firstOf, on, word, wordsOf } from './steps.ts'

/** Both conditions True is good, one is on the way, none is bad. */
const deploymentConfig: HealthCheck = (object) => {
  if (getField(object, 'status', 'conditions') === undefined) return progressing('not looked at yet')
  const parts = ['Available', 'Progressing'].map((type) => getCondition(object, type))
  const missing = parts.find((one) => one?.status !== 'True')
  const words = missing === undefined ? '' : wordsOf(missing)
  const good = parts.filter((one) => one?.status === 'True').length
  if (good === parts.length) return healthy
  return good > 0 ? progressing(words) : degraded(words)
}

/** Every router that took it in has to admit it. */
const route: HealthCheck = (object) => {
  const routers = getField(object, 'status', 'ingress')
  if (!Array.isArray(routers)) return progressing('no router has admitted it yet')
  const admitted = routers.flatMap((router: unknown) =>
    getList(router, 'conditions').filter((one) => getString(one, 'type') === 'Admitted'),
  )
  if (admitted.filter((one) => getString(one, 'status') === 'True').length >= routers.length) return healthy
  const refused = admitted.find((one) => getString(one, 'status') === 'False')
  if (refused === undefined) return progressing('no router has admitted it yet')
  return degraded(getString(refused, 'message') ?? getString(refused, 'reason') ?? 'a router refuses it')
}

const subscriptionFailures: readonly string[] = ['CatalogSourcesUnhealthy', 'InstallPlanFailed', 'ResolutionFailed']

const subscription: HealthCheck = (object) => {
  if (getField(object, 'status', 'conditions') === undefined) return progressing('not looked at yet')
  const failed = subscriptionFailures
    .map((type) => getCondition(object, type))
    .find((condition) => condition?.status === 'True')
  if (failed !== undefined) return degraded(wordsOf(failed))
  const missing = getCondition(object, 'InstallPlanMissing')
  // A plan that is only not found yet is a matter of moments.
  if (missing !== undefined && missing.reason !== 'ReferencedInstallPlanNotFound') return degraded(wordsOf(missing))
  const pending = getCondition(object, 'InstallPlanPending')
  return pending?.status === 'True' ? progressing(wordsOf(pending)) : healthy
}

/** A machine that was not created was stopped by a person. */
const virtualMachine: HealthCheck = (object: KubeObject): HealthVerdict => {
  const words = getString(object, 'status', 'printableStatus') ?? ''
  if (getCondition(object, 'Paused')?.status === 'True') return suspended(words || 'Paused')
  const ready = getCondition(object, 'Ready')
  if (ready === undefined) return progressing(words || 'not looked at yet')
  if (ready.status === 'True') return healthy
  return getField(object, 'status', 'created') === true
    ? progressing(words || 'Starting')
    : suspended(words || 'Stopped')
}

/** A partition holds Pods back until a person moves it on. */
const cloneSet: HealthCheck = (object: KubeObject): HealthVerdict => {
  const generation = getNumber(object, 'metadata', 'generation')
  if (getNumber(object, 'status', 'observedGeneration') !== generation || generation === undefined) {
    return progressing('the newest spec has not been observed yet')
  }
  const available = getNumber(object, 'status', 'updatedAvailableReplicas')
  if (getField(object, 'spec', 'updateStrategy', 'paused') === true || available === undefined) {
    return suspended('it is paused')
  }
  const partition = getField(object, 'spec', 'updateStrategy', 'partition') ?? 0
  if (partition !== 0 && generation > 1) {
    const updated = getNumber(object, 'status', 'updatedReplicas') ?? 0
    const expected = getNumber(object, 'status', 'expectedUpdatedReplicas') ?? 0
    return updated >= expected
      ? suspended('its partition waits for a person')
      : progressing(`${updated} of ${expected} Pods updated`)
  }
  const replicas = getNumber(object, 'status', 'replicas') ?? 0
  return available === replicas ? healthy : degraded(`${available} of ${replicas} Pods updated and available`)
}

export const openshiftChecks: Checks = {
  'apps.openshift.io/DeploymentConfig': deploymentConfig,
  'route.openshift.io/Route': route,
  'operators.coreos.com/Subscription': subscription,
  'operators.coreos.com/ClusterServiceVersion': firstOf(
    word(['status', 'phase'], { Healthy: ['Succeeded'], Degraded: ['Failed', 'Unknown'] }),
  ),
  'kubevirt.io/VirtualMachine': virtualMachine,
  'apps.kruise.io/CloneSet': cloneSet,
  'trust.cert-manager.io/Bundle': firstOf(on('Synced', 'True', 'Healthy'), on('Synced', 'False', 'Degraded')),
}
