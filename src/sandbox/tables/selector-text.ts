/** Label selectors as kubectl prints them. Pure. */
import { at, listAt, textAt } from './fields.ts'

/** `app=web,tier in (a,b),!legacy`; `<none>` when it selects nothing in particular. */
export function selectorText(object: unknown, ...path: string[]): string {
  const parts: [key: string, text: string][] = []
  const labels = at(object, ...path, 'matchLabels')
  if (labels !== null && typeof labels === 'object') {
    for (const [key, value] of Object.entries(labels)) parts.push([key, `${key}=${value}`])
  }
  for (const expression of listAt(object, ...path, 'matchExpressions')) {
    const key = textAt(expression, ['key'])
    const values = [...listAt(expression, 'values')].map(String).sort().join(',')
    const operator = textAt(expression, ['operator'])
    if (operator === 'In') parts.push([key, `${key} in (${values})`])
    else if (operator === 'NotIn') parts.push([key, `${key} notin (${values})`])
    else parts.push([key, operator === 'Exists' ? key : `!${key}`])
  }
  // Sorting keeps the order of equal keys: labels come before expressions.
  parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return parts.length === 0 ? '<none>' : parts.map(([, text]) => text).join(',')
}

/** `app=web,tier=a`; `<none>` for an empty map. */
export function labelsText(object: unknown, ...path: string[]): string {
  const labels = at(object, ...path)
  if (labels === null || typeof labels !== 'object' || Object.keys(labels).length === 0) return '<none>'
  return Object.entries(labels)
    .sort(byKey)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
