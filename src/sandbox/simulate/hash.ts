/** Deterministic names: hashes of templates and of ordinals, written as Kubernetes writes them. Pure. */
import type { PodTemplate } from './types.ts'

/** The consonants and digits Kubernetes uses, so that a hash never spells a word. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** FNV-1a, 32 bit, over UTF-16 code units. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/** The decimal digits of a hash in the safe alphabet: up to 10 characters. */
export function safeHash(text: string): string {
  let out = ''
  for (const digit of String(fnv1a(text))) out += alphabet[digit.charCodeAt(0) % alphabet.length]
  return out
}

/** Five characters, as the API server appends to a generateName. */
export function shortSuffix(text: string): string {
  let rest = fnv1a(text)
  let out = ''
  for (let i = 0; i < 5; i++) {
    out += alphabet[rest % alphabet.length]
    rest = Math.floor(rest / alphabet.length)
  }
  return out
}

const templateHashes = new WeakMap<PodTemplate, string>()

/** The hash of a pod template, independent of key order. Remembered per object, which the store never modifies. */
export function templateHash(template: PodTemplate): string {
  const known = templateHashes.get(template)
  if (known !== undefined) return known
  const hash = safeHash(canonicalJson(template))
  templateHashes.set(template, hash)
  return hash
}

/** JSON with sorted keys; undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const record = value as Record<string, unknown>
  let out = '{'
  for (const key of Object.keys(record).sort()) {
    if (record[key] === undefined) continue
    out += `${out.length > 1 ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(record[key])}`
  }
  return `${out}}`
}
