/** Conditions, as Kubernetes' controllers keep them. Pure. */
import { timestamp } from './timing.ts'
import type { Condition } from './types.ts'

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

/**
 * The list with one condition set: in its place, or at the end. lastTransitionTime moves only with the status.
 * Without a change of status, reason and message the same list comes back.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): Condition[] {
  const list = (conditions ?? []) as Condition[]
  const current = findCondition(list, next.type)
  if (current?.status === next.status && current.reason === next.reason && current.message === next.message) return list
  const transition = current?.status === next.status ? current.lastTransitionTime : undefined
  const condition: Condition = { ...next, lastTransitionTime: transition ?? timestamp(now) }
  return current === undefined ? [...list, condition] : list.map((other) => (other === current ? condition : other))
}
