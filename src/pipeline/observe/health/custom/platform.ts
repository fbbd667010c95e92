/** Health of Knative, of clusters and of cloud resources: Cluster API, AWS ACK, Google Config Connector. Pure. */
import { getField, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { firstOf, on, readyOrDegraded, staleIsProgressing, stoppedBy, word } from './steps.ts'

const knativeParts: readonly string[] = ['Ready', 'ConfigurationsReady', 'RoutesReady']

/** Any condition that is False is bad; all three parts have to be True. */
const knativeService: HealthCheck = (object: KubeObject): HealthVerdict => {
  const conditions = getList(object, 'status', 'conditions')
  const words: string[] = []
  let failed = false
  const good = new Set<string>()
  for (const condition of conditions) {
    const type = getString(condition, 'type') ?? ''
    const status = getString(condition, 'status')
    if (status === 'True') good.add(type)
    if (status === 'True') continue
    failed ||= status === 'False'
    words.push([type, getString(condition, 'reason'), getString(condition, 'message')].filter(Boolean).join(': '))
  }
  if (failed) return degraded(words.join('; '))
  const all = words.length === 0 && knativeParts.every((part) => good.has(part))
  return all ? healthy : progressing(words.join('; ') || 'not looked at yet')
}

const knative = firstOf(...readyOrDegraded)

const machine = firstOf(
  stoppedBy('spec', 'paused'),
  word(['status', 'phase'], { Healthy: ['Running'], Degraded: ['Failed', 'Unknown'] }, ['status', 'failureMessage']),
)

const cluster = firstOf(
  stoppedBy('spec', 'paused'),
  on('Ready', 'False', 'Degraded'),
  word(['status', 'phase'], { Healthy: ['Provisioned'], Degraded: ['Failed'] }, ['status', 'failureMessage']),
)

/** Only of one that says it runs: its phase does not look at the machines. */
function allMachinesReady(object: KubeObject): boolean {
  if (getString(object, 'status', 'phase') !== 'Running') return true
  const wanted = getNumber(object, 'status', 'replicas')
  return ['updatedReplicas', 'readyReplicas'].every((name) => getNumber(object, 'status', name) === wanted)
}

const ack = firstOf(
  on('ACK.Terminal', 'True', 'Degraded'),
  on('Ready', 'False', 'Progressing'),
  on('Ready', 'True', 'Healthy'),
  on('ACK.ResourceSynced', 'True', 'Healthy'),
)

const cnrmReasons: Readonly<Record<string, (message: string) => HealthVerdict>> = {
  UpdateFailed: degraded,
  DependencyNotFound: degraded,
  DependencyNotReady: suspended,
}

/** Config Connector says how it is in the reason of its conditions. */
const configConnector: HealthCheck = (object: KubeObject): HealthVerdict => {
  const generation = getNumber(object, 'metadata', 'generation')
  const observed = getNumber(object, 'status', 'observedGeneration')
  if (observed !== undefined && observed !== generation) return progressing('the newest spec has not been observed yet')
  const flag = getField(object, 'status', 'healthy')
  if (typeof flag === 'boolean') return flag ? healthy : degraded(`${object.kind} is not healthy`)
  for (const condition of getList(object, 'status', 'conditions')) {
    const reason = getString(condition, 'reason') ?? ''
    const message = getString(condition, 'message') ?? reason
    if (reason === 'UpToDate' && getString(condition, 'status') === 'True') return { status: 'Healthy', message }
    const verdict = Object.hasOwn(cnrmReasons, reason) ? cnrmReasons[reason] : undefined
    if (verdict !== undefined) return verdict(message)
  }
  return progressing('being updated')
}

export const platformChecks: Checks = {
  'serving.knative.dev/Service': knativeService,
  'serving.knative.dev/*': knative,
  'eventing.knative.dev/*': knative,
  'messaging.knative.dev/*': knative,
  'sources.knative.dev/*': knative,
  'flows.knative.dev/*': knative,
  'operator.knative.dev/*': knative,
  'cluster.x-k8s.io/Cluster': cluster,
  'cluster.x-k8s.io/Machine': machine,
  'cluster.x-k8s.io/MachineDeployment': firstOf(
    stoppedBy('spec', 'paused'),
    staleIsProgressing,
    (object) => (allMachinesReady(object) ? undefined : progressing('not all machines are updated and ready')),
    word(['status', 'phase'], { Healthy: ['Running'], Degraded: ['Failed'] }),
  ),
  'cluster.x-k8s.io/MachinePool': machine,
  '*.services.k8s.aws/*': ack,
  '*.cnrm.cloud.google.com/*': configConnector,
}
