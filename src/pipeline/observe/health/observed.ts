/** Whether a status speaks of the present spec. Pure. */
import { getNumber } from '../../../kube/fields.ts'
import type { KubeObject } from '../../../kube/object.ts'

/** False while the controller has not seen the newest spec: its status is yesterday's. */
export function isObserved(object: KubeObject): boolean {
  return (getNumber(object, 'metadata', 'generation') ?? 0) <= (getNumber(object, 'status', 'observedGeneration') ?? 0)
}

/** A counter of the status; absent is 0. */
export function counted(object: KubeObject, name: string): number {
  return getNumber(object, 'status', name) ?? 0
}
