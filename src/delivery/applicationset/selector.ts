/** The selector on a generator's results: a label selector over flattened parameters, whose values may be anything. Pure. */
import type { LabelSelector } from '../../api/applicationset.ts'
import { matchesLabels, type Selector } from '../../kube/labels.ts'

/** Unlike for labels, keys and values have no rules: cluster addresses can be matched (Argo CD, Generators-Post-Selector). */
export function toSelector(selector: LabelSelector): Selector {
  const wanted = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In' as const,
    values: [value],
  }))
  return [
    ...wanted,
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })),
  ]
}

export function isSelective(selector: LabelSelector | undefined): selector is LabelSelector {
  return Object.keys(selector?.matchLabels ?? {}).length > 0 || (selector?.matchExpressions ?? []).length > 0
}

export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return matchesLabels(toSelector(selector), labels)
}
