/** Parameter sets: flattening, merging and names, with the rules of the Go libraries that Argo CD uses. Pure. */
import { isRecord } from '../../kube/fields.ts'
import { isTypedStrings, type Params } from './templates.ts'

/** A DNS name: lower case, other characters as '-', at most 253 long, no '-' or '.' at the ends. Argo CD's `normalize`. */
export function normalizeName(name: string): string {
  return Buffer.from(name.toLowerCase().replaceAll(/[^-a-z0-9.]/gu, '-'))
    .subarray(0, 253)
    .toString('latin1')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
}

/** `{a: {b: [1]}}` as `{'a.b.0': '1'}`; what is no text is printed as Go prints it. */
export function flatten(tree: Params): Record<string, string> {
  const flat: Record<string, string> = {}
  const walk = (value: unknown, path: string) => {
    if (isRecord(value) || Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`)
    } else flat[path] = goText(value)
  }
  walk(tree, '')
  return flat
}

/** Go's `%v` of a value that came from JSON, where every number is a float: from seven digits on, `1e+06`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return goNumber(value)
  return String(value)
}

function goNumber(value: number): string {
  const [digits = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (!Number.isFinite(value) || (exponent >= -4 && exponent < 6)) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Go's zero values, null and what is empty. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** `base` with its empty fields taken from `other`, maps merged inside, lists not. */
export function fillEmpty(base: Params, other: Params): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(other)) {
    if (value === null || value === undefined) continue
    const own = merged[key]
    if (isRecord(own) && isRecord(value) && !isAtomic(key)) merged[key] = keepMark(own, fillEmpty(own, value))
    else if (isEmpty(own)) merged[key] = value
  }
  return merged
}

/** `base` with every field of `other` over it, empty ones too, maps merged inside, lists not. */
export function override(base: Params, other: Params): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(other)) {
    const own = merged[key]
    merged[key] = isRecord(own) && isRecord(value) ? keepMark(own, override(own, value)) : value
  }
  return merged
}

/** Argo CD holds valuesObject as raw bytes, so it is merged as one value. */
function isAtomic(key: string): boolean {
  return key === 'valuesObject'
}

/** A copy by spreading keeps the mark already; a plain tree that takes in marked strings stays plain. */
function keepMark(own: Params, merged: Record<string, unknown>): Record<string, unknown> {
  return isTypedStrings(own) ? merged : Object.fromEntries(Object.entries(merged))
}
