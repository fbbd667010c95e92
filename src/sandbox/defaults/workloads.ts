/** Defaults of the kinds that run pods. Each changes the spec it is given. */
import { type Data, isData } from '../values.ts'
import { defaultPodSpec, defaultPodTemplate, ensure, items, setDefault } from './pod.ts'

export function defaultDeployment(spec: Data): void {
  setDefault(spec, 'replicas', 1)
  const strategy = ensure(spec, 'strategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = ensure(strategy, 'rollingUpdate')
    setDefault(rolling, 'maxUnavailable', '25%')
    setDefault(rolling, 'maxSurge', '25%')
  }
  setDefault(spec, 'revisionHistoryLimit', 10)
  setDefault(spec, 'progressDeadlineSeconds', 600)
  defaultPodTemplate(spec)
}

export function defaultReplicaSet(spec: Data): void {
  setDefault(spec, 'replicas', 1)
  defaultPodTemplate(spec)
}

export function defaultStatefulSet(spec: Data): void {
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'podManagementPolicy', 'OrderedReady')
  const strategy = ensure(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] === 'RollingUpdate') setDefault(ensure(strategy, 'rollingUpdate'), 'partition', 0)
  setDefault(spec, 'revisionHistoryLimit', 10)
  const retention = ensure(spec, 'persistentVolumeClaimRetentionPolicy')
  setDefault(retention, 'whenDeleted', 'Retain')
  setDefault(retention, 'whenScaled', 'Retain')
  defaultPodTemplate(spec)
  for (const claim of items(spec, 'volumeClaimTemplates')) {
    setDefault(claim, 'apiVersion', 'v1')
    setDefault(claim, 'kind', 'PersistentVolumeClaim')
    defaultClaim(ensure(claim, 'spec'))
    setDefault(ensure(claim, 'status'), 'phase', 'Pending')
  }
}

export function defaultDaemonSet(spec: Data): void {
  const strategy = ensure(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = ensure(strategy, 'rollingUpdate')
    setDefault(rolling, 'maxUnavailable', 1)
    setDefault(rolling, 'maxSurge', 0)
  }
  setDefault(spec, 'revisionHistoryLimit', 10)
  defaultPodTemplate(spec)
}

export function defaultReplicationController(spec: Data): void {
  setDefault(spec, 'replicas', 1)
  const template = spec['template']
  const labels = isData(template) && isData(template['metadata']) ? template['metadata']['labels'] : undefined
  if (isData(labels)) setDefault(spec, 'selector', { ...labels })
  defaultPodTemplate(spec)
}

export function defaultJob(spec: Data): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) {
    spec['completions'] = 1
    spec['parallelism'] = 1
  }
  setDefault(spec, 'parallelism', 1)
  setDefault(spec, 'backoffLimit', 6)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'podReplacementPolicy', isData(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed')
  defaultPodTemplate(spec)
}

export function defaultCronJob(spec: Data): void {
  setDefault(spec, 'concurrencyPolicy', 'Allow')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'successfulJobsHistoryLimit', 3)
  setDefault(spec, 'failedJobsHistoryLimit', 1)
  const template = spec['jobTemplate']
  // A template is no Job yet: only its pod is defaulted.
  if (isData(template) && isData(template['spec'])) defaultPodTemplate(template['spec'])
}

export function defaultPod(spec: Data): void {
  defaultPodSpec(spec)
  setDefault(spec, 'enableServiceLinks', true)
  setDefault(spec, 'serviceAccountName', 'default')
  setDefault(spec, 'serviceAccount', spec['serviceAccountName'])
  setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority')
  setDefault(spec, 'priority', 0)
  const tolerations = items(spec, 'tolerations')
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (tolerations.some((one) => one['key'] === key)) continue
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  }
  spec['tolerations'] = tolerations
}

export function defaultClaim(spec: Data): void {
  setDefault(spec, 'volumeMode', 'Filesystem')
}
