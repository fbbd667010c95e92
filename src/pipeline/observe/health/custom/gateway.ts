/** Health of the Gateway API, and of Contour's proxies. Pure. */
import { getField, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { type HealthCheck, type HealthVerdict, healthy, progressing } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { firstOf, on, word } from './steps.ts'

/** Bad references and refusals are Degraded, not yet programmed is Progressing. Undefined: nothing is wrong here. */
function judge(conditions: readonly unknown[], prefix: string): HealthVerdict | undefined {
  const find = (type: string) => conditions.find((one) => getString(one, 'type') === type)
  const words = (one: unknown) =>
    `${prefix}${getString(one, 'message') || getString(one, 'reason') || getString(one, 'type')}`
  for (const type of ['ResolvedRefs', 'Accepted']) {
    const one = find(type)
    if (getString(one, 'status') === 'False') return { status: 'Degraded', message: words(one) }
  }
  const programmed = find('Programmed')
  if (programmed === undefined || getString(programmed, 'status') === 'True') return undefined
  return progressing(words(programmed))
}

const gateway: HealthCheck = (object) => {
  const listeners = getList(object, 'status', 'listeners')
  const verdict = judge(getList(object, 'status', 'conditions'), '')
  if (verdict !== undefined) return verdict
  for (const listener of listeners) {
    const bad = judge(getList(listener, 'conditions'), `Listener ${getString(listener, 'name') ?? ''}: `)
    if (bad !== undefined) return bad
  }
  const reported = getField(object, 'status', 'conditions') !== undefined || listeners.length > 0
  return reported ? healthy : progressing('waiting for its controller')
}

/** Each parent reports on its own; one that speaks of an older spec does not count. */
const route: HealthCheck = (object) => {
  const current = getList(object, 'status', 'parents').filter((parent) => isCurrent(object, parent))
  for (const parent of current) {
    const verdict = judge(getList(parent, 'conditions'), `Parent ${getString(parent, 'parentRef', 'name') ?? ''}: `)
    if (verdict !== undefined) return verdict
  }
  return current.length > 0 ? healthy : progressing('waiting for its parents to report')
}

function isCurrent(object: KubeObject, parent: unknown): boolean {
  const conditions = getList(parent, 'conditions')
  const generation = getNumber(object, 'metadata', 'generation')
  if (conditions.length === 0) return false
  return generation === undefined || conditions.some((one) => getNumber(one, 'observedGeneration') === generation)
}

export const gatewayChecks: Checks = {
  'gateway.networking.k8s.io/Gateway': gateway,
  'gateway.networking.k8s.io/GatewayClass': firstOf(
    on('Accepted', 'True', 'Healthy'),
    on('Accepted', 'False', 'Degraded'),
  ),
  'gateway.networking.k8s.io/HTTPRoute': route,
  'gateway.networking.k8s.io/GRPCRoute': route,
  'gateway.networking.k8s.io/TLSRoute': route,
  'gateway.networking.k8s.io/TCPRoute': route,
  'gateway.networking.k8s.io/UDPRoute': route,
  'projectcontour.io/HTTPProxy': firstOf(
    word(
      ['status', 'currentStatus'],
      { Healthy: ['valid'], Degraded: ['invalid', 'orphaned'], Progressing: ['NotReconciled'] },
      ['status', 'description'],
    ),
  ),
}
