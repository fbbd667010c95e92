/** A short text that changes when, and only when, something happened to the fields we own. Pure. */
import { hash } from 'node:crypto'
import { canonicalJson } from '../../kube/canonical.ts'
import { applyEntryOf, extractOwned } from '../../kube/managed-fields.ts'
import type { KubeObject } from '../../kube/object.ts'

/** Multiples of three bytes, so that each part is whole characters of base64. */
const fieldBytes = 9
const valueBytes = 15
const fieldChars = 12

/** What an object has that we do not own at all, for example because somebody deleted and re-created it. */
const unowned = 'unowned'

/**
 * Covers the set of fields that `manager` applied and the values the server holds there: defaulting, other managers' fields, status
 * and times of entries do not matter. When the object is served in another version than the one it was applied in, the values cannot
 * be compared field by field; then only the set counts, which still shrinks when somebody else writes one of our fields.
 */
export function fingerprint(object: KubeObject, manager: string): string {
  const entry = applyEntryOf(object, manager)
  if (entry === undefined) return unowned
  const fields = hash('sha256', canonicalJson(entry.fieldsV1), 'buffer').subarray(0, fieldBytes)
  if (entry.apiVersion !== object.apiVersion) return fields.toString('base64url')
  const owned = canonicalJson(extractOwned(object, entry.fieldsV1))
  const values = hash('sha256', owned, 'buffer').subarray(0, valueBytes)
  return Buffer.concat([fields, values], fieldBytes + valueBytes).toString('base64url')
}

/** Compares as much as both sides know. '' (unknown) equals nothing. */
export function sameFingerprint(a: string, b: string): boolean {
  if (a === '' || b === '') return false
  if (a === b) return true
  if (a.length === b.length || a === unowned || b === unowned) return false
  return a.slice(0, fieldChars) === b.slice(0, fieldChars)
}
