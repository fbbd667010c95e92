/** Health of custom kinds that follow the common conventions for conditions (kstatus). Pure. */
import { getCondition, getNumber } from '../../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../../kube/object.ts'
import { degraded, type HealthVerdict, healthy, progressing } from './verdict.ts'

/**
 * Argo CD gives no health to kinds it does not know, and then nothing waits for them. We keep that for every built-in kind, and for
 * custom kinds that say nothing. A custom object that carries the `Ready` condition has said what it is waiting for: it counts.
 * `Ready=False` is Progressing, because half of all controllers use it for "not yet"; only `Stalled=True`, which means that waiting
 * does not help, is Degraded.
 */
export function genericHealth(object: KubeObject): HealthVerdict | undefined {
  if (!isCustom(object.apiVersion)) return undefined
  const stalled = getCondition(object, 'Stalled')
  if (stalled?.status === 'True') return degraded(textOf(stalled))
  const ready = getCondition(object, 'Ready')
  if (ready === undefined) return undefined
  const generation = object.metadata.generation ?? 0
  const observed = ready.observedGeneration ?? getNumber(object, 'status', 'observedGeneration') ?? generation
  if (observed < generation) return progressing('the newest spec has not been observed yet')
  return ready.status === 'True' ? healthy : progressing(textOf(ready))
}

/** Kubernetes' own groups have no dot (`apps`) or end in `.k8s.io`. */
function isCustom(apiVersion: string): boolean {
  const group = groupOf(apiVersion)
  return group.includes('.') && !group.endsWith('.k8s.io')
}

function textOf(condition: { readonly reason: string; readonly message: string }): string {
  return [condition.reason, condition.message].filter((part) => part !== '').join(': ')
}
