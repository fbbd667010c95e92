/** Validation of Services, Ingresses and NetworkPolicies. Pure. */
import { duplicate, type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { isAddress, isCidr, portNameErrors, portNumber, selectorErrors } from './common.ts'
import { dnsLabel, dnsSubdomain, serviceName, validateLabels } from './names.ts'

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const ADDRESS_TEXT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

export function validateService(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const type = String(spec['type'])
  const headless = spec['clusterIP'] === 'None'
  const ports = listAt(spec, 'ports').filter(isData)
  const errors: FieldError[] = []
  if (ports.length === 0 && type !== 'ExternalName' && !headless) errors.push(required('spec.ports'))
  if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`))
  }
  if (type === 'ExternalName') errors.push(...aliasErrors(spec))
  errors.push(...portErrors(ports))
  if (isData(spec['selector'])) errors.push(...validateLabels(spec['selector'], 'spec.selector'))
  if (!['ClientIP', 'None'].includes(String(spec['sessionAffinity']))) {
    errors.push(unsupported('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']))
  }
  errors.push(...addressErrors(spec, old))
  if (!SERVICE_TYPES.includes(type)) errors.push(unsupported('spec.type', spec['type'], SERVICE_TYPES))
  if (type === 'ClusterIP') {
    for (const [index, port] of ports.entries()) {
      if (port['nodePort'] !== undefined && port['nodePort'] !== 0) {
        errors.push(forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
      }
    }
  }
  errors.push(...repeatedPorts(ports))
  if (type !== 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== undefined) {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"))
  }
  if (type !== 'LoadBalancer' && spec['loadBalancerClass'] !== undefined) {
    errors.push(forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"))
  }
  errors.push(...trafficErrors(spec, type))
  return errors
}

function aliasErrors(spec: Data): FieldError[] {
  const errors: FieldError[] = []
  const text = 'may not be set for ExternalName services'
  if (listAt(spec, 'clusterIPs').length > 0) errors.push(forbiddenField('spec.clusterIPs', text))
  if (listAt(spec, 'ipFamilies').length > 0) errors.push(forbiddenField('spec.ipFamilies', text))
  if (spec['ipFamilyPolicy'] !== undefined) errors.push(forbiddenField('spec.ipFamilyPolicy', text))
  const name = String(spec['externalName'] ?? '').replace(/\.$/, '')
  if (name === '') errors.push(required('spec.externalName'))
  else for (const one of dnsSubdomain(name)) errors.push(invalidValue('spec.externalName', name, one))
  return errors
}

function portErrors(ports: readonly Data[]): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<unknown>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    const name = port['name']
    if (name === undefined || name === '') {
      if (ports.length > 1) errors.push(required(`${at}.name`))
    } else {
      for (const text of dnsLabel(String(name))) errors.push(invalidValue(`${at}.name`, name, text))
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
    errors.push(...portNumber(port['port'], `${at}.port`))
    if (!PROTOCOLS.includes(String(port['protocol']))) {
      errors.push(unsupported(`${at}.protocol`, port['protocol'], PROTOCOLS))
    }
    const target = port['targetPort']
    if (typeof target === 'number') errors.push(...portNumber(target, `${at}.targetPort`))
    else if (typeof target === 'string') {
      for (const text of portNameErrors(target)) errors.push(invalidValue(`${at}.targetPort`, target, text))
    }
  }
  return errors
}

function repeatedPorts(ports: readonly Data[]): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const key = `${String(port['protocol'])}/${String(port['port'])}`
    if (seen.has(key)) {
      errors.push(duplicate(`spec.ports[${index}]`, { protocol: port['protocol'], port: port['port'] }))
    }
    seen.add(key)
  }
  return errors
}

function addressErrors(spec: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  const before = old === undefined ? undefined : dataAt(old, 'spec')
  const [first] = listAt(spec, 'clusterIPs')
  if (spec['clusterIP'] !== undefined && first !== undefined && spec['clusterIP'] !== first) {
    errors.push(invalidValue('spec.clusterIPs', listAt(spec, 'clusterIPs'), 'first value must match `clusterIP`'))
  }
  const kept = before !== undefined && before['type'] !== 'ExternalName' && spec['type'] !== 'ExternalName'
  if (kept && before['clusterIP'] !== undefined && before['clusterIP'] !== spec['clusterIP']) {
    errors.push(invalidValue('spec.clusterIPs[0]', [spec['clusterIP']], 'may not change once set'))
  }
  for (const [index, address] of listAt(spec, 'externalIPs').entries()) {
    if (!isAddress(String(address))) errors.push(invalidValue(`spec.externalIPs[${index}]`, address, ADDRESS_TEXT))
  }
  return errors
}

function trafficErrors(spec: Data, type: string): FieldError[] {
  const errors: FieldError[] = []
  const external = type === 'NodePort' || type === 'LoadBalancer'
  const reachable = external || (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
  const policy = spec['externalTrafficPolicy']
  if (policy !== undefined) {
    if (!reachable) {
      errors.push(
        invalidValue('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'),
      )
    } else if (policy !== 'Cluster' && policy !== 'Local') {
      errors.push(unsupported('spec.externalTrafficPolicy', policy, ['Cluster', 'Local']))
    }
  }
  const inside = spec['internalTrafficPolicy']
  if (inside === undefined) {
    if (external || type === 'ClusterIP') errors.push(required('spec.internalTrafficPolicy'))
  } else if (inside !== 'Cluster' && inside !== 'Local') {
    errors.push(unsupported('spec.internalTrafficPolicy', inside, ['Cluster', 'Local']))
  }
  return errors
}

export function validateServiceStatus(object: Data): FieldError[] {
  const waiting = listAt(object, 'status', 'loadBalancer', 'ingress')
  if (dataAt(object, 'spec')['type'] === 'LoadBalancer' || waiting.length === 0) return []
  return [forbiddenField('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")]
}

export function validateIngress(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const rules = listAt(spec, 'rules').filter(isData)
  const fallback = spec['defaultBackend']
  if (rules.length === 0 && !isData(fallback)) {
    errors.push(invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified'))
  }
  if (isData(fallback)) errors.push(...backendErrors(fallback, 'spec.defaultBackend'))
  for (const [index, rule] of rules.entries()) errors.push(...ruleErrors(rule, `spec.rules[${index}]`))
  for (const [index, tls] of listAt(spec, 'tls').filter(isData).entries()) {
    for (const [at, host] of listAt(tls, 'hosts').entries()) {
      errors.push(...hostErrors(String(host), `spec.tls[${index}].hosts[${at}]`))
    }
  }
  const name = spec['ingressClassName']
  if (typeof name === 'string') {
    for (const text of dnsSubdomain(name)) errors.push(invalidValue('spec.ingressClassName', name, text))
  }
  return errors
}

const WILDCARD = /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const WILDCARD_TEXT =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

function hostErrors(host: string, path: string): FieldError[] {
  if (host.includes('*')) return WILDCARD.test(host) ? [] : [invalidValue(path, host, WILDCARD_TEXT)]
  return dnsSubdomain(host).map((text) => invalidValue(path, host, text))
}

function ruleErrors(rule: Data, at: string): FieldError[] {
  const errors: FieldError[] = []
  const host = rule['host']
  if (typeof host === 'string' && host !== '') {
    if (isAddress(host)) errors.push(invalidValue(`${at}.host`, host, 'must be a DNS name, not an IP address'))
    errors.push(...hostErrors(host, `${at}.host`))
  }
  if (!isData(rule['http'])) return errors
  const paths = listAt(rule, 'http', 'paths').filter(isData)
  if (paths.length === 0) errors.push(required(`${at}.http.paths`))
  for (const [index, path] of paths.entries()) errors.push(...pathErrors(path, `${at}.http.paths[${index}]`))
  return errors
}

function pathErrors(path: Data, at: string): FieldError[] {
  const kind = path['pathType']
  if (kind === undefined) return [required(`${at}.pathType`, 'pathType must be specified')]
  const errors: FieldError[] = []
  const text = String(path['path'] ?? '')
  if (kind === 'Exact' || kind === 'Prefix') {
    if (!text.startsWith('/')) errors.push(invalidValue(`${at}.path`, text, 'must be an absolute path'))
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (text.includes(part)) errors.push(invalidValue(`${at}.path`, text, `must not contain '${part}'`))
    }
    for (const end of ['/..', '/.']) {
      if (text.endsWith(end)) errors.push(invalidValue(`${at}.path`, text, `cannot end with '${end}'`))
    }
  } else if (kind === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) errors.push(invalidValue(`${at}.path`, text, 'must be an absolute path'))
  } else errors.push(unsupported(`${at}.pathType`, kind, ['Exact', 'ImplementationSpecific', 'Prefix']))
  return [...errors, ...backendErrors(dataAt(path, 'backend'), `${at}.backend`)]
}

function backendErrors(backend: Data, at: string): FieldError[] {
  const service = backend['service']
  if (isData(service) && isData(backend['resource'])) {
    return [invalidValue(at, '', 'cannot set both resource and service backends')]
  }
  if (isData(backend['resource'])) return []
  if (!isData(service)) return [required(at, 'resource or service backend is required')]
  const errors: FieldError[] = []
  const name = String(service['name'] ?? '')
  if (name === '') errors.push(required(`${at}.service.name`))
  else for (const text of serviceName(name)) errors.push(invalidValue(`${at}.service.name`, name, text))
  const port = dataAt(service, 'port')
  const hasName = port['name'] !== undefined && port['name'] !== ''
  const hasNumber = port['number'] !== undefined && port['number'] !== 0
  if (hasName && hasNumber) errors.push(invalidValue(at, '', 'cannot set both port name & port number'))
  else if (hasName) {
    for (const text of portNameErrors(String(port['name']))) {
      errors.push(invalidValue(`${at}.service.port.name`, port['name'], text))
    }
  } else if (hasNumber) errors.push(...portNumber(port['number'], `${at}.service.port.number`))
  else errors.push(required(at, 'port name or number is required'))
  return errors
}

export function validateNetworkPolicy(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = selectorErrors(dataAt(spec, 'podSelector'), 'spec.podSelector')
  for (const [direction, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of listAt(spec, direction).filter(isData).entries()) {
      const at = `spec.${direction}[${index}]`
      for (const [number, port] of listAt(rule, 'ports').filter(isData).entries()) {
        errors.push(...policyPortErrors(port, `${at}.ports[${number}]`))
      }
      for (const [number, peer] of listAt(rule, side).filter(isData).entries()) {
        errors.push(...peerErrors(peer, `${at}.${side}[${number}]`))
      }
    }
  }
  const types = listAt(spec, 'policyTypes')
  if (types.length > 2)
    errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'))
  else {
    for (const [index, type] of types.entries()) {
      if (type !== 'Ingress' && type !== 'Egress') {
        errors.push(unsupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']))
      }
    }
  }
  void old
  return errors
}

function policyPortErrors(port: Data, at: string): FieldError[] {
  const errors: FieldError[] = []
  const protocol = port['protocol']
  if (protocol !== undefined && !PROTOCOLS.includes(String(protocol))) {
    errors.push(unsupported(`${at}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']))
  }
  const number = port['port']
  if (typeof number === 'number') errors.push(...portNumber(number, `${at}.port`))
  else if (typeof number === 'string') {
    for (const text of portNameErrors(number)) errors.push(invalidValue(`${at}.port`, number, text))
  }
  return errors
}

function peerErrors(peer: Data, at: string): FieldError[] {
  const errors: FieldError[] = []
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((name) => isData(peer[name]))
  for (const name of given) {
    if (name !== 'ipBlock') errors.push(...selectorErrors(dataAt(peer, name), `${at}.${name}`))
  }
  if (given.includes('ipBlock')) errors.push(...blockErrors(dataAt(peer, 'ipBlock'), `${at}.ipBlock`))
  if (given.length === 0) errors.push(required(at, 'must specify a peer'))
  else if (given.length > 1 && given.includes('ipBlock')) {
    errors.push(forbiddenField(at, 'may not specify both ipBlock and another peer'))
  }
  return errors
}

function blockErrors(block: Data, at: string): FieldError[] {
  const cidr = String(block['cidr'] ?? '')
  if (cidr === '') return [required(`${at}.cidr`)]
  return isCidr(cidr)
    ? []
    : [invalidValue(`${at}.cidr`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
}
