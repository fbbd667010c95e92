/** Defaults of the kinds that run pods. Each changes the spec it is given. */
import { type Data, dataAt, isData } from '../values.ts'
import { defaultPodSpec, defaultPodTemplate, defaultRequests, ensure, items, setDefault } from './pod.ts'

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
  if (strategy['type'] === undefined) {
    strategy['type'] = 'RollingUpdate'
    ensure(strategy, 'rollingUpdate')
  }
  const rolling = strategy['rollingUpdate']
  if (strategy['type'] === 'RollingUpdate' && isData(rolling)) setDefault(rolling, 'partition', 0)
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

export function defaultJob(spec: Data, object: Data): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) {
    spec['completions'] = 1
    spec['parallelism'] = 1
  }
  setDefault(spec, 'parallelism', 1)
  setDefault(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647)
  // A Job without labels of its own has those of its pods.
  const labels = isData(spec['template']) ? dataAt(spec['template'], 'metadata')['labels'] : undefined
  const metadata = ensure(object, 'metadata')
  if (isData(labels) && Object.keys(dataAt(metadata, 'labels')).length === 0) metadata['labels'] = { ...labels }
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'podReplacementPolicy', isData(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed')
  setDefault(spec, 'manualSelector', false)
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

/** A Pod of its own has some defaults that templates do not have. */
export function defaultPodSpecAlone(spec: Data): void {
  defaultPodSpec(spec)
  for (const field of ['initContainers', 'containers']) {
    for (const container of items(spec, field)) {
      defaultRequests(container)
      if (spec['hostNetwork'] !== true) continue
      for (const port of items(container, 'ports')) setDefault(port, 'hostPort', port['containerPort'])
    }
  }
  setDefault(spec, 'enableServiceLinks', true)
}

/** What admission adds to a Pod: its priority, and what it tolerates of nodes that go away. */
export function admitPod(spec: Data, uid: string): void {
  setDefault(spec, 'serviceAccountName', 'default')
  setDefault(spec, 'serviceAccount', spec['serviceAccountName'])
  if (spec['automountServiceAccountToken'] !== false) mountToken(spec, uid)
  setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority')
  setDefault(spec, 'priority', 0)
  tolerateLostNodes(spec)
}

/** For five minutes, unless the pod says something else. */
export function tolerateLostNodes(spec: Data): void {
  const tolerations = items(spec, 'tolerations')
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (tolerations.some((one) => tolerates(one, key))) continue
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  }
  spec['tolerations'] = tolerations
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The token of the pod's account, as a volume that every container mounts which has nothing of its own there. */
function mountToken(spec: Data, uid: string): void {
  const name = `kube-api-access-${uid.slice(0, 5)}`
  let used = false
  for (const field of ['initContainers', 'containers']) {
    for (const container of items(spec, field)) {
      const mounts = items(container, 'volumeMounts')
      if (mounts.some((mount) => mount['mountPath'] === TOKEN_PATH)) continue
      container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }]
      used = true
    }
  }
  if (!used) return
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ]
  spec['volumes'] = [...items(spec, 'volumes'), { name, projected: { sources, defaultMode: 0o644 } }]
}

function tolerates(toleration: Data, key: string): boolean {
  const { key: own, effect } = toleration
  return (
    (own === key || own === undefined || own === '') &&
    (effect === 'NoExecute' || effect === undefined || effect === '')
  )
}

export function defaultClaim(spec: Data): void {
  setDefault(spec, 'volumeMode', 'Filesystem')
}
