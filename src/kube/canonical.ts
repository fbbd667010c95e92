/** One text per value: JSON with sorted keys, and its digest. Pure. */
import { hash } from 'node:crypto'

const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/

/**
 * JSON without white space, keys sorted by UTF-16 code unit, undefined members left out, bigint as digits: equal values give equal
 * texts. A bigint and a number of the same value give the same text. Expects JSON data without cycles.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'bigint') return String(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return canonicalArray(value)
  return canonicalObject(value as Record<string, unknown>)
}

/** sha256 of the canonical JSON text, 64 hex digits. */
export function digestOf(value: unknown): string {
  return hash('sha256', canonicalJson(value))
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '['
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ','
    text += canonicalJson(items[index])
  }
  return `${text}]`
}

function canonicalObject(object: Record<string, unknown>): string {
  let text = '{'
  for (const key of sortedKeys(object)) {
    const member = object[key]
    if (member === undefined) continue
    if (text.length > 1) text += ','
    text += `${quote(key)}:${canonicalJson(member)}`
  }
  return `${text}}`
}

/** Rendered manifests mostly arrive sorted already; looking is cheaper than sorting. */
function sortedKeys(object: Record<string, unknown>): string[] {
  const keys = Object.keys(object)
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1]! > keys[index]!) return keys.sort()
  }
  return keys
}

/** JSON.stringify of a string costs more than the look whether it is needed. */
function quote(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`
}
