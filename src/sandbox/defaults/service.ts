/** Defaults of Services, and their addresses. Changes the object it is given. */
import { type Data, dataAt, deepEqual, listAt } from '../values.ts'
import { items, setDefault } from './pod.ts'

export function defaultService(spec: Data): void {
  setDefault(spec, 'sessionAffinity', 'None')
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  if (spec['sessionAffinity'] === 'ClientIP') {
    const seconds = dataAt(spec, 'sessionAffinityConfig', 'clientIP')['timeoutSeconds']
    if (seconds === undefined) spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } }
  }
  setDefault(spec, 'type', 'ClusterIP')
  for (const port of items(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '') {
      port['targetPort'] = port['port']
    }
  }
  const type = spec['type']
  const external = type === 'NodePort' || type === 'LoadBalancer'
  if (external || (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)) {
    setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  }
  if (external || type === 'ClusterIP') setDefault(spec, 'internalTrafficPolicy', 'Cluster')
  if (type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
}

/**
 * Gives a Service its cluster address and node ports: kept from the old one when there is one, else derived from its uid, so that the
 * same Service has the same address after a restart without an allocator to persist.
 */
export function allocateAddresses(spec: Data, old: Data | undefined, uid: string): void {
  const type = spec['type']
  if (type === 'ExternalName') {
    // Addresses go when a Service becomes an alias, unless they were asked for.
    for (const field of ['clusterIP', 'clusterIPs']) {
      if (spec[field] === '' || (old !== undefined && deepEqual(old[field], spec[field]))) delete spec[field]
    }
    if (spec['clusterIP'] !== undefined && listAt(spec, 'clusterIPs').length === 0)
      spec['clusterIPs'] = [spec['clusterIP']]
    if (old !== undefined && old['type'] !== 'ExternalName') {
      for (const field of [
        'ipFamilies',
        'ipFamilyPolicy',
        'internalTrafficPolicy',
        'externalTrafficPolicy',
        'allocateLoadBalancerNodePorts',
      ]) {
        if (deepEqual(old[field], spec[field])) delete spec[field]
      }
      for (const port of items(spec, 'ports'))
        if (nodePortBefore(old, port) === port['nodePort']) delete port['nodePort']
    }
    return
  }
  if (old !== undefined && old['type'] !== 'ExternalName') {
    if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') spec['clusterIP'] = old['clusterIP']
    const [first, ...more] = listAt(spec, 'clusterIPs')
    // Whoever changes the one address means the first of all.
    if (spec['clusterIP'] !== first && deepEqual(spec['clusterIPs'], old['clusterIPs'])) {
      spec['clusterIPs'] = [spec['clusterIP'], ...more]
    }
    if (first === undefined && spec['clusterIP'] === old['clusterIP']) spec['clusterIPs'] = old['clusterIPs']
  }
  if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') spec['clusterIP'] = addressOf(uid)
  if (listAt(spec, 'clusterIPs').length === 0) spec['clusterIPs'] = [spec['clusterIP']]
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack')
  if (listAt(spec, 'ipFamilies').length === 0) spec['ipFamilies'] = ['IPv4']
  const checked = type === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local'
  if (checked) setDefault(spec, 'healthCheckNodePort', old?.['healthCheckNodePort'] ?? nodePort(uid, 1000))
  else if (old !== undefined && old['healthCheckNodePort'] === spec['healthCheckNodePort']) {
    delete spec['healthCheckNodePort']
  }
  const wantsPorts = type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  const hadPorts = old?.['type'] === 'NodePort' || old?.['type'] === 'LoadBalancer'
  for (const [index, port] of items(spec, 'ports').entries()) {
    const same = nodePortBefore(old, port)
    if (wantsPorts) setDefault(port, 'nodePort', same ?? nodePort(uid, index))
    else if (hadPorts && same === port['nodePort']) delete port['nodePort']
  }
  if (!wantsPorts && type !== 'LoadBalancer' && hadPorts) {
    const external = listAt(spec, 'externalIPs').length > 0
    if (!external && old?.['externalTrafficPolicy'] === spec['externalTrafficPolicy'])
      delete spec['externalTrafficPolicy']
    if (old?.['allocateLoadBalancerNodePorts'] === spec['allocateLoadBalancerNodePorts'])
      delete spec['allocateLoadBalancerNodePorts']
  }
}

function nodePortBefore(old: Data | undefined, port: Data): unknown {
  const before = old === undefined ? [] : items(old, 'ports')
  return before.find((one) => one['port'] === port['port'] && one['protocol'] === port['protocol'])?.['nodePort']
}

function nodePort(uid: string, index: number): number {
  return 30_000 + ((hash(uid) + index * 7) % 2_768)
}

/** Somewhere in 10.96.0.0/12, as kubeadm clusters have it. */
function addressOf(uid: string): string {
  const number = hash(uid)
  return `10.${96 + (number % 16)}.${(number >>> 4) % 256}.${1 + ((number >>> 12) % 254)}`
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  return value
}
