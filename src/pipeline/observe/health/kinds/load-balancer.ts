/** Health of core/Service and of Ingress: has the load balancer an address? Pure. */
import { getList, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** Only type LoadBalancer has to wait for anyone. */
export function serviceHealth(object: KubeObject): HealthVerdict {
  if (getString(object, 'spec', 'type') !== 'LoadBalancer') return healthy
  return hasAddress(object) ? healthy : progressing('waiting for the load balancer to get an address')
}

/** Argo CD waits for an address whatever the class; a controller that reports none needs `ignore-healthcheck`. */
export function ingressHealth(object: KubeObject): HealthVerdict {
  return hasAddress(object) ? healthy : progressing('waiting for the ingress controller to report an address')
}

function hasAddress(object: KubeObject): boolean {
  return getList(object, 'status', 'loadBalancer', 'ingress').length > 0
}
