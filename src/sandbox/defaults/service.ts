/** Defaults of Services, and their addresses. Changes the object it is given. */
import { type Data, isData, listAt } from '../values.ts'
import { items, setDefault } from './pod.ts'

export function defaultService(spec: Data): void {
  setDefault(spec, 'sessionAffinity', 'None')
  setDefault(spec, 'type', 'ClusterIP')
  if (spec['sessionAffinity'] === 'ClientIP' && !isData(spec['sessionAffinityConfig'])) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } }
  }
  for (const port of items(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '') {
      port['targetPort'] = port['port']
    }
  }
  const type = spec['type']
  if (type === 'NodePort' || type === 'LoadBalancer') setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  if (type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
  if (type === 'ExternalName') return
  setDefault(spec, 'internalTrafficPolicy', 'Cluster')
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack')
  setDefault(spec, 'ipFamilies', ['IPv4'])
}

/**
 * Gives a Service its cluster address and node ports: kept from the old one when there is one, else derived from its uid, so that the
 * same Service has the same address after a restart without an allocator to persist.
 */
export function allocateAddresses(spec: Data, old: Data | undefined, uid: string): void {
  const type = spec['type']
  if (type === 'ExternalName') {
    delete spec['clusterIP']
    delete spec['clusterIPs']
    return
  }
  if (spec['clusterIP'] === undefined) spec['clusterIP'] = stringOf(old?.['clusterIP']) ?? addressOf(uid)
  if (listAt(spec, 'clusterIPs').length === 0) spec['clusterIPs'] = [spec['clusterIP']]
  if (type !== 'NodePort' && type !== 'LoadBalancer') return
  const before = old === undefined ? [] : items(old, 'ports')
  for (const [index, port] of items(spec, 'ports').entries()) {
    const same = before.find((one) => one['port'] === port['port'] && one['protocol'] === port['protocol'])
    setDefault(port, 'nodePort', same?.['nodePort'] ?? 30_000 + ((hash(uid) + index * 7) % 2_768))
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
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
