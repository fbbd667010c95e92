/** Defaults of kinds that run nothing. Each changes the object it is given. */
import { type Data, dataAt, isData } from '../values.ts'
import { ensure, items, setDefault } from './pod.ts'

export function defaultSecret(object: Data): void {
  setDefault(object, 'type', 'Opaque')
}

/** `stringData` is for writing only: it ends in `data`. */
export function foldStringData(object: Data): void {
  const plain = object['stringData']
  if (!isData(plain)) return
  delete object['stringData']
  if (Object.keys(plain).length === 0) return
  const data = ensure(object, 'data')
  for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64')
}

export function defaultNamespaceLabel(object: Data): void {
  const metadata = ensure(object, 'metadata')
  if (metadata['name'] !== undefined) ensure(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata['name']
}

/** A container's limit is at most the largest allowed, and its request what its limit is. */
export function defaultLimitRange(spec: Data): void {
  for (const limit of items(spec, 'limits')) {
    if (limit['type'] !== 'Container') continue
    const limits = { ...dataAt(limit, 'max'), ...dataAt(limit, 'default') }
    const requests = { ...dataAt(limit, 'min'), ...limits, ...dataAt(limit, 'defaultRequest') }
    if (Object.keys(limits).length > 0) limit['default'] = limits
    if (Object.keys(requests).length > 0) limit['defaultRequest'] = requests
  }
}

export function defaultPersistentVolume(object: Data): void {
  const spec = ensure(object, 'spec')
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain')
  setDefault(spec, 'volumeMode', 'Filesystem')
  const path = spec['hostPath']
  if (isData(path)) setDefault(path, 'type', '')
}

export function defaultStorageClass(object: Data): void {
  setDefault(object, 'reclaimPolicy', 'Delete')
  setDefault(object, 'volumeBindingMode', 'Immediate')
}

/** Subjects and role references say their API group. */
export function defaultBinding(object: Data): void {
  const role = object['roleRef']
  if (isData(role)) fillGroup(role)
  for (const subject of items(object, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') fillGroup(subject)
  }
}

function fillGroup(reference: Data): void {
  if (reference['apiGroup'] === undefined || reference['apiGroup'] === '') {
    reference['apiGroup'] = 'rbac.authorization.k8s.io'
  }
}

export function defaultNetworkPolicy(spec: Data): void {
  for (const direction of ['ingress', 'egress']) {
    for (const rule of items(spec, direction))
      for (const port of items(rule, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
  if (spec['policyTypes'] !== undefined) return
  spec['policyTypes'] = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

export function defaultAutoscaler(spec: Data): void {
  setDefault(spec, 'minReplicas', 1)
  if (items(spec, 'metrics').length === 0) {
    spec['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ]
  }
  const behavior = spec['behavior']
  if (!isData(behavior)) return
  defaultScaling(ensure(behavior, 'scaleUp'), 'Max', 0)
  defaultScaling(ensure(behavior, 'scaleDown'), 'Max', undefined)
}

function defaultScaling(rules: Data, select: string, window: number | undefined): void {
  setDefault(rules, 'selectPolicy', select)
  if (window !== undefined) setDefault(rules, 'stabilizationWindowSeconds', window)
  if (rules['policies'] !== undefined) return
  rules['policies'] =
    window === 0
      ? [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ]
      : [{ type: 'Percent', value: 100, periodSeconds: 15 }]
}

export function defaultWebhooks(object: Data): void {
  for (const webhook of items(object, 'webhooks')) {
    setDefault(webhook, 'failurePolicy', 'Fail')
    setDefault(webhook, 'matchPolicy', 'Equivalent')
    setDefault(webhook, 'namespaceSelector', {})
    setDefault(webhook, 'objectSelector', {})
    setDefault(webhook, 'timeoutSeconds', 10)
    if (object['kind'] === 'MutatingWebhookConfiguration') setDefault(webhook, 'reinvocationPolicy', 'Never')
    for (const rule of items(webhook, 'rules')) setDefault(rule, 'scope', '*')
    const service = dataAt(webhook, 'clientConfig')['service']
    if (isData(service)) setDefault(service, 'port', 443)
  }
}

/** Names that a CRD may leave out. */
export function defaultCrd(object: Data): void {
  const spec = ensure(object, 'spec')
  const names = ensure(spec, 'names')
  const kind = String(names['kind'] ?? '')
  setDefault(names, 'singular', kind.toLowerCase())
  setDefault(names, 'listKind', `${kind}List`)
  setDefault(spec, 'conversion', { strategy: 'None' })
  for (const version of items(spec, 'versions')) {
    const names = items(version, 'additionalPrinterColumns')
    for (const column of names) if (column['priority'] === 0) delete column['priority']
  }
}
