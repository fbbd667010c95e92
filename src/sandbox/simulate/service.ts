/** Services: an address for load balancers, and the endpoints behind a selector. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { controllerManager, ownedBy, podRef, writeStatus } from './controller.ts'
import { jsonEqual } from './equal.ts'
import { fnv1a, shortSuffix } from './hash.ts'
import { isActive, isReady } from './pod.ts'
import { millis } from './timing.ts'
import type { Container, Pod, Service } from './types.ts'

export const serviceController: Controller = { kind: { group: '', kind: 'Service' }, reconcile }

/** A public address for an object, from the range kept for benchmarks; the same one every time. */
export function publicAddress(object: KubeObject): string {
  const hash = fnv1a(`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`)
  return `198.18.${(hash >>> 8) & 255}.${1 + (hash % 254)}`
}

function reconcile(context: Context, object: KubeObject): number | undefined {
  const service = object as Service
  if (service.metadata.deletionTimestamp !== undefined) return undefined
  publishEndpoints(context, service)
  if (service.spec.type !== 'LoadBalancer') {
    if (service.status?.loadBalancer?.ingress !== undefined)
      writeStatus(context, service, { loadBalancer: {} }, controllerManager)
    return undefined
  }
  if (service.status?.loadBalancer?.ingress !== undefined) return undefined
  const wait = (millis(service.metadata.creationTimestamp) || 0) + context.timing.loadBalancer - context.clock.now()
  if (wait > 0) return wait
  const ingress = [{ ip: publicAddress(service), ipMode: 'VIP' }]
  writeStatus(context, service, { ...service.status, loadBalancer: { ingress } }, controllerManager)
  return undefined
}

interface Address {
  readonly pod: Pod
  readonly ip: string
  readonly ready: boolean
}

/** Endpoints and EndpointSlice appear with the first pod, so that a Service without pods costs nothing. */
function publishEndpoints(context: Context, service: Service): void {
  const { selector } = service.spec
  if (selector === undefined || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') return
  const { namespace = '', name = '' } = service.metadata
  const sliceRef = {
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    namespace,
    name: `${name}-${shortSuffix(service.metadata.uid ?? name)}`,
  }
  const endpointsRef = { group: '', kind: 'Endpoints', namespace, name }
  const addresses = addressesOf(context, service, namespace, selector)
  const slice = context.cluster.get(sliceRef)
  if (addresses.length === 0 && slice === undefined) return
  put(context, slice, sliceObject(service, sliceRef.name, addresses))
  put(context, context.cluster.get(endpointsRef), endpointsObject(service, addresses))
}

function addressesOf(
  context: Context,
  service: Service,
  namespace: string,
  selector: Record<string, string>,
): Address[] {
  const addresses: Address[] = []
  for (const name of context.pods.match(namespace, selector).sort()) {
    const pod = context.cluster.get(podRef(namespace, name)) as Pod | undefined
    const ip = pod?.status?.podIP
    if (pod === undefined || ip === undefined || !isActive(pod)) continue
    addresses.push({ pod, ip, ready: isReady(pod) || service.spec.publishNotReadyAddresses === true })
  }
  return addresses
}

function put(context: Context, live: KubeObject | undefined, wanted: KubeObject): void {
  if (live === undefined) {
    context.cluster.create(wanted, controllerManager)
    return
  }
  const { metadata: _, ...content } = wanted
  const { metadata: __, ...known } = live
  if (jsonEqual(known, content)) return
  context.cluster.update({ ...wanted, metadata: { ...live.metadata, ...wanted.metadata } }, controllerManager)
}

function sliceObject(service: Service, name: string, addresses: readonly Address[]): KubeObject {
  const labels = {
    ...service.metadata.labels,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': service.metadata.name ?? '',
  }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: service.metadata.namespace ?? '', labels, ownerReferences: ownedBy(service) ?? [] },
    addressType: 'IPv4',
    endpoints: addresses.map(({ pod, ip, ready }) => ({
      addresses: [ip],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: pod.spec.nodeName,
      targetRef: target(pod),
    })),
    ports: portsOf(service, addresses),
  }
}

function endpointsObject(service: Service, addresses: readonly Address[]): KubeObject {
  const entry = ({ pod, ip }: Address) => ({ ip, nodeName: pod.spec.nodeName, targetRef: target(pod) })
  const ready = addresses.filter((address) => address.ready).map(entry)
  const notReady = addresses.filter((address) => !address.ready).map(entry)
  const subset = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports: portsOf(service, addresses),
  }
  const { name = '', namespace = '', labels } = service.metadata
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), ownerReferences: ownedBy(service) ?? [] },
    ...(addresses.length > 0 ? { subsets: [subset] } : {}),
  }
}

function target(pod: Pod): Record<string, unknown> {
  const { namespace, name, uid } = pod.metadata
  return { kind: 'Pod', namespace, name, uid }
}

function portsOf(service: Service, addresses: readonly Address[]): Record<string, unknown>[] {
  return (service.spec.ports ?? []).map(({ name, port, protocol = 'TCP', targetPort }) => ({
    ...(name === undefined ? {} : { name }),
    port: typeof targetPort === 'string' ? namedPort(addresses, targetPort, port) : (targetPort ?? port),
    protocol,
  }))
}

function namedPort(addresses: readonly Address[], name: string, fallback: number): number {
  for (const container of addresses[0]?.pod.spec.containers ?? []) {
    const { ports = [] } = container as Container & { ports?: { name?: string; containerPort: number }[] }
    const found = ports.find((port) => port.name === name)
    if (found !== undefined) return found.containerPort
  }
  return fallback
}
