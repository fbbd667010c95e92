/** Health of policy, secret, scaling, node, mesh and monitoring operators. Pure. */
import { getCondition, getList, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { firstOf, on, readyOrDegraded, stoppedBy, word } from './steps.ts'

const ready = firstOf(...readyOrDegraded)

/** With refreshPolicy OnChange, a condition from before the last refresh does not speak of the present secret. */
const externalSecret: HealthCheck = (object, now) => {
  const condition = getCondition(object, 'Ready')
  const refreshed = getString(object, 'status', 'refreshTime') ?? ''
  const late = condition !== undefined && condition.lastTransitionTime < refreshed
  if (getString(object, 'spec', 'refreshPolicy') === 'OnChange' && late) {
    return progressing('waiting for the secret to be refreshed')
  }
  return ready(object, now)
}

const paused = on('Paused', 'True', 'Suspended')

const scaled = firstOf(
  on('Ready', 'False', 'Degraded'),
  on('Fallback', 'True', 'Degraded'),
  (object) => (getCondition(object, 'Ready')?.status === 'True' ? paused(object) : undefined),
  on('Ready', 'True', 'Healthy'),
)

/** Pods that are not ready yet are on the way; any other reason is not cured by waiting. */
const instances = firstOf(
  on('Available', 'True', 'Healthy'),
  on('Available', 'False', 'Progressing', { reason: 'SomePodsNotReady' }),
  on('Available', 'Degraded', 'Degraded'),
  on('Available', 'False', 'Degraded'),
  on('Available', 'Unknown', 'Degraded'),
)

/** A budget that has too few Pods to spare does its work; only one that cannot be computed is bad. */
const disruptionBudget: HealthCheck = (object: KubeObject): HealthVerdict => {
  const conditions = getList(object, 'status', 'conditions')
  for (const condition of conditions) {
    const reason = getString(condition, 'reason') ?? ''
    if (getString(condition, 'status') === 'False' && reason !== 'InsufficientPods') return degraded(reason)
  }
  return conditions.length === 0 ? progressing('not looked at yet') : healthy
}

/** `status.scale.statusReplicas` is `ready/wanted`; modes without replicas report none. */
const collector: HealthCheck = (object) => {
  const parts = /^(\d+)\/(\d+)$/.exec(getString(object, 'status', 'scale', 'statusReplicas') ?? '')
  if (parts === null) return undefined
  const [, now, wanted] = parts
  return Number(now) < Number(wanted) ? progressing(`${now} of ${wanted} replicas ready`) : healthy
}

export const operatorChecks: Checks = {
  'external-secrets.io/ExternalSecret': externalSecret,
  'external-secrets.io/ClusterExternalSecret': ready,
  'external-secrets.io/SecretStore': ready,
  'external-secrets.io/ClusterSecretStore': ready,
  'external-secrets.io/PushSecret': ready,
  'bitnami.com/SealedSecret': firstOf(on('Synced', 'False', 'Degraded'), on('Synced', 'True', 'Healthy')),
  'kyverno.io/ClusterPolicy': ready,
  'kyverno.io/Policy': ready,
  'karpenter.sh/NodePool': firstOf(...readyOrDegraded, on('NodeClassReady', 'False', 'Degraded')),
  'karpenter.k8s.aws/*': ready,
  'karpenter.azure.com/*': ready,
  'keda.sh/ScaledObject': scaled,
  'keda.sh/ScaledJob': scaled,
  'autoscaling.k8s.io/VerticalPodAutoscaler': firstOf(
    on('NoPodsMatched', 'True', 'Degraded'),
    on('RecommendationProvided', 'True', 'Healthy'),
  ),
  'policy/PodDisruptionBudget': disruptionBudget,
  'monitoring.coreos.com/Prometheus': instances,
  'monitoring.coreos.com/PrometheusAgent': instances,
  'monitoring.coreos.com/Alertmanager': instances,
  'monitoring.coreos.com/ThanosRuler': instances,
  'opentelemetry.io/OpenTelemetryCollector': collector,
  'install.istio.io/IstioOperator': firstOf(
    word(['status', 'status'], {
      Healthy: ['HEALTHY'],
      Degraded: ['ERROR', 'ACTION_REQUIRED'],
      Progressing: ['NONE', 'UPDATING', 'RECONCILING'],
    }),
  ),
  'velero.io/BackupStorageLocation': firstOf(
    word(['status', 'phase'], { Healthy: ['Available'], Degraded: ['Unavailable'] }),
  ),
  'velero.io/Schedule': firstOf(
    stoppedBy('spec', 'paused'),
    word(['status', 'phase'], { Healthy: ['Enabled'], Degraded: ['FailedValidation'], Progressing: ['New'] }),
  ),
}
