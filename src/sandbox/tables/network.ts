/** Services, Ingresses, Endpoints, EndpointSlices, NetworkPolicies. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, field, nameColumn, text, wide } from './column.ts'
import { at, listAt, numberAt, textAt } from './fields.ts'
import { labelsText, selectorText } from './selector-text.ts'

export const services: readonly Column[] = [
  nameColumn,
  field('Type', ['spec', 'type']),
  text('Cluster-IP', (service) => {
    return String(listAt(service, 'spec', 'clusterIPs')[0] ?? textAt(service, ['spec', 'clusterIP'], '<none>'))
  }),
  text('External-IP', externalAddress),
  text('Port(s)', servicePorts),
  ageColumn,
  wide(text('Selector', (service) => labelsText(service, 'spec', 'selector'))),
]

export const ingresses: readonly Column[] = [
  nameColumn,
  field('Class', ['spec', 'ingressClassName'], '<none>'),
  text('Hosts', ingressHosts),
  text('Address', (ingress) => balancerAddresses(ingress).toSorted().join(',')),
  text('Ports', (ingress) => (listAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
  ageColumn,
]

export const ingressClasses: readonly Column[] = [
  nameColumn,
  field('Controller', ['spec', 'controller']),
  text('Parameters', (object) => {
    const parameters = at(object, 'spec', 'parameters')
    if (parameters === undefined || parameters === null) return '<none>'
    const group = textAt(parameters, ['apiGroup'])
    return `${textAt(parameters, ['kind'])}${group === '' ? '' : `.${group}`}/${textAt(parameters, ['name'])}`
  }),
  ageColumn,
]

export const endpoints: readonly Column[] = [nameColumn, text('Endpoints', endpointList), ageColumn]

export const endpointSlices: readonly Column[] = [
  nameColumn,
  field('AddressType', ['addressType']),
  text('Ports', (slice) => {
    const ports = listAt(slice, 'ports').map((port) => String(at(port, 'port') ?? textAt(port, ['name'], '*')))
    return shortened(ports, '<unset>')
  }),
  text('Endpoints', (slice) => {
    const addresses = listAt(slice, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses').map(String))
    return shortened(addresses, '<unset>')
  }),
  ageColumn,
]

export const networkPolicies: readonly Column[] = [
  nameColumn,
  text('Pod-Selector', (policy) => selectorText(policy, 'spec', 'podSelector')),
  ageColumn,
]

function externalAddress(service: KubeObject): string {
  const type = textAt(service, ['spec', 'type'])
  const external = listAt(service, 'spec', 'externalIPs').map(String)
  if (type === 'ExternalName') return textAt(service, ['spec', 'externalName'])
  if (type !== 'LoadBalancer') return external.length > 0 ? external.join(',') : '<none>'
  const all = [...balancerAddresses(service), ...external]
  return all.length > 0 ? all.join(',') : '<pending>'
}

function balancerAddresses(object: KubeObject): string[] {
  const entries = listAt(object, 'status', 'loadBalancer', 'ingress')
  return entries.map((entry) => textAt(entry, ['ip'], textAt(entry, ['hostname']))).filter((address) => address !== '')
}

function servicePorts(service: KubeObject): string {
  const ports = listAt(service, 'spec', 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort')
    const protocol = textAt(port, ['protocol'], 'TCP')
    return `${numberAt(port, 'port')}${nodePort > 0 ? `:${nodePort}` : ''}/${protocol}`
  })
  return ports.length === 0 ? '<none>' : ports.join(',')
}

function ingressHosts(ingress: KubeObject): string {
  const rules = listAt(ingress, 'spec', 'rules')
  const hosts = rules.map((rule) => textAt(rule, ['host'])).filter((host) => host !== '')
  if (hosts.length === 0) return '*'
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${rules.length - 3} more...` : hosts.join(',')
}

function endpointList(object: KubeObject): string {
  const addresses: string[] = []
  for (const subset of listAt(object, 'subsets')) {
    const ips = listAt(subset, 'addresses').map((address) => textAt(address, ['ip']))
    const ports = listAt(subset, 'ports')
    if (ports.length === 0) addresses.push(...ips)
    for (const port of ports) addresses.push(...ips.map((ip) => `${ip}:${numberAt(port, 'port')}`))
  }
  if (listAt(object, 'subsets').length === 0) return '<none>'
  return shortened(addresses, '')
}

/** Three, and how many more. */
function shortened(list: readonly string[], empty: string): string {
  if (list.length === 0) return empty
  return list.length > 3 ? `${list.slice(0, 3).join(',')} + ${list.length - 3} more...` : list.join(',')
}
