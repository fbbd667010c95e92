/** Ingresses get an address a moment after they appear. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { writeStatus } from './controller.ts'
import { publicAddress } from './service.ts'
import { millis } from './timing.ts'

export const ingressController: Controller = { kind: { group: 'networking.k8s.io', kind: 'Ingress' }, reconcile }

function reconcile(context: Context, ingress: KubeObject): number | undefined {
  const status = ingress['status'] as { loadBalancer?: { ingress?: unknown[] } } | undefined
  if (status?.loadBalancer?.ingress !== undefined || ingress.metadata.deletionTimestamp !== undefined) return undefined
  const wait = (millis(ingress.metadata.creationTimestamp) || 0) + context.timing.loadBalancer - context.clock.now()
  if (wait > 0) return wait
  writeStatus(context, ingress, { loadBalancer: { ingress: [{ ip: publicAddress(ingress) }] } }, 'ingress-controller')
  return undefined
}
