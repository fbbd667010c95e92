/** Defaults of pod specs and templates, as the API server sets them. Changes the object it is given. */
import { type Data, isData } from '../values.ts'

/** Sets a field that is absent. */
export function setDefault(target: Data, field: string, value: unknown): void {
  if (target[field] === undefined) target[field] = value
}

/** The map at a field; made when absent. */
export function ensure(target: Data, field: string): Data {
  const value = target[field]
  if (isData(value)) return value
  const made: Data = {}
  target[field] = made
  return made
}

/** The maps of a list field. */
export function items(target: Data, field: string): Data[] {
  const list = target[field]
  return Array.isArray(list) ? list.filter(isData) : []
}

export function defaultPodTemplate(holder: Data): void {
  const template = holder['template']
  if (isData(template) && isData(template['spec'])) defaultPodSpec(template['spec'])
}

export function defaultPodSpec(spec: Data): void {
  setDefault(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  setDefault(spec, 'dnsPolicy', 'ClusterFirst')
  setDefault(spec, 'securityContext', {})
  setDefault(spec, 'schedulerName', 'default-scheduler')
  if (typeof spec['serviceAccountName'] === 'string') setDefault(spec, 'serviceAccount', spec['serviceAccountName'])
  else if (typeof spec['serviceAccount'] === 'string') setDefault(spec, 'serviceAccountName', spec['serviceAccount'])
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of items(spec, field)) defaultContainer(container)
  }
  for (const volume of items(spec, 'volumes')) defaultVolume(volume)
}

function defaultContainer(container: Data): void {
  setDefault(container, 'imagePullPolicy', pullPolicyOf(String(container['image'] ?? '')))
  setDefault(container, 'terminationMessagePath', '/dev/termination-log')
  setDefault(container, 'terminationMessagePolicy', 'File')
  setDefault(container, 'resources', {})
  for (const port of items(container, 'ports')) setDefault(port, 'protocol', 'TCP')
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const value = container[probe]
    if (isData(value)) defaultProbe(value)
  }
  const lifecycle = container['lifecycle']
  if (isData(lifecycle)) {
    for (const hook of [lifecycle['postStart'], lifecycle['preStop']]) if (isData(hook)) defaultHandler(hook)
  }
  for (const variable of items(container, 'env')) {
    const from = variable['valueFrom']
    if (isData(from) && isData(from['fieldRef'])) setDefault(from['fieldRef'], 'apiVersion', 'v1')
  }
}

/** A latest image may have changed; any other tag or digest has not. */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const name = image.slice(image.lastIndexOf('/') + 1)
  const colon = name.indexOf(':')
  return colon < 0 || name.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Limits without requests are requests too. */
export function defaultRequests(container: Data): void {
  const resources = container['resources']
  if (!isData(resources) || !isData(resources['limits'])) return
  const requests = ensure(resources, 'requests')
  for (const [name, value] of Object.entries(resources['limits'])) setDefault(requests, name, value)
}

function defaultProbe(probe: Data): void {
  setDefault(probe, 'timeoutSeconds', 1)
  setDefault(probe, 'periodSeconds', 10)
  setDefault(probe, 'successThreshold', 1)
  setDefault(probe, 'failureThreshold', 3)
  defaultHandler(probe)
  if (isData(probe['grpc'])) setDefault(probe['grpc'], 'service', '')
}

function defaultHandler(handler: Data): void {
  const get = handler['httpGet']
  if (!isData(get)) return
  setDefault(get, 'path', '/')
  setDefault(get, 'scheme', 'HTTP')
}

function defaultVolume(volume: Data): void {
  for (const kind of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const source = volume[kind]
    if (isData(source)) setDefault(source, 'defaultMode', 0o644)
  }
  const host = volume['hostPath']
  if (isData(host)) setDefault(host, 'type', '')
  const projected = volume['projected']
  if (isData(projected)) {
    for (const source of items(projected, 'sources')) {
      const token = source['serviceAccountToken']
      if (isData(token)) setDefault(token, 'expirationSeconds', 3600)
      defaultFieldRefs(source['downwardAPI'])
    }
  }
  defaultFieldRefs(volume['downwardAPI'])
  const claim = volume['ephemeral']
  if (isData(claim) && isData(claim['volumeClaimTemplate']) && isData(claim['volumeClaimTemplate']['spec'])) {
    setDefault(claim['volumeClaimTemplate']['spec'], 'volumeMode', 'Filesystem')
  }
  const sources = Object.keys(volume).filter((key) => key !== 'name')
  if (sources.length === 0) volume['emptyDir'] = {}
}

function defaultFieldRefs(source: unknown): void {
  if (!isData(source)) return
  for (const item of items(source, 'items')) {
    const reference = item['fieldRef']
    if (isData(reference)) setDefault(reference, 'apiVersion', 'v1')
  }
}
