/** A part of a plan: the objects that a person picked, and nothing else. Pure. */
import type { ResourceSelector } from '../../api/resource-selector.ts'
import type { ObjectRef } from '../../kube/object.ts'
import type { Plan } from './types.ts'

/** With only exclusions everything else is selected; otherwise what one selector names and none excludes. */
export function isSelected(ref: ObjectRef, selectors: readonly ResourceSelector[]): boolean {
  const including = selectors.filter((one) => one.exclude !== true)
  const excluding = selectors.filter((one) => one.exclude === true)
  const included = including.length === 0 || including.some((one) => names(one, ref))
  return included && !excluding.some((one) => names(one, ref))
}

function names(selector: ResourceSelector, ref: ObjectRef): boolean {
  const same = (wanted: string, value: string) => wanted === '*' || wanted === value
  return (
    same(selector.group, ref.group) &&
    same(selector.kind, ref.kind) &&
    same(selector.name, ref.name) &&
    (selector.namespace === undefined || same(selector.namespace, ref.namespace))
  )
}

/** No hooks run and no wave waits for what is not selected (Argo CD, selective sync). What is skipped stays skipped. */
export function selectResources(plan: Plan, selectors: readonly ResourceSelector[]): Plan {
  const steps = plan.steps
    .map((step) => ({
      ...step,
      changes: step.changes.filter((one) => one.action !== 'hook' && isSelected(one.ref, selectors)),
      unchanged: [],
    }))
    .filter((step) => step.changes.length > 0)
  return { ...plan, steps, selective: true }
}
