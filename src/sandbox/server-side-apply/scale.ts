/**
 * Who owns the replicas after a write through the scale subresource. Pure.
 *
 * The real server tracks the write on a Scale and translates the owners there and back, and this follows it, odd ends and all: a field that
 * nobody owned stays so; an updater that owned it gets an entry of its own for it, without a time, even when nothing changes.
 */
import type { FieldsV1, ManagedFieldsEntry } from '../../kube/object.ts'
import { difference, intersection, isEmpty, LEAF } from './field-set.ts'
import { type Manager, managerKey, readManagers, writeEntries } from './managers.ts'

export interface ScaleInput {
  entries: readonly ManagedFieldsEntry[] | undefined
  /** Where the replicas are: `['spec', 'replicas']`. */
  path: readonly string[]
  /** Of the object that is scaled. */
  apiVersion: string
  manager: string
  before: number
  after: number
}

export function trackScale({
  entries,
  path,
  apiVersion,
  manager,
  before: old,
  after,
}: ScaleInput): ManagedFieldsEntry[] {
  const field = path.reduceRight<FieldsV1>((node, step) => ({ [`f:${step}`]: node }), LEAF)
  const before = [...readManagers(entries).values()]
  const owners = before.filter((one) => !isEmpty(intersection(one.fields, field)))
  // Zero is not written in a Scale: whoever sets it takes the field away and has nothing.
  const self = { name: manager, operation: 'Update' as const, apiVersion, subresource: 'scale' }
  const claims: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>[] =
    owners.length === 0 ? [] : old === after ? [...owners] : after === 0 ? [] : [self]
  const result: Manager[] = []
  for (const one of before) {
    if (!owners.includes(one)) {
      result.push(one)
      continue
    }
    // An applier is known by its name alone, so its claim on the Scale is found again.
    const kept = claims.findIndex((claim) => one.operation === 'Apply' && managerKey(claim) === managerKey(one))
    if (kept >= 0) {
      claims.splice(kept, 1)
      result.push(one)
      continue
    }
    const fields = difference(one.fields, field)
    if (!isEmpty(fields)) result.push({ ...one, fields })
  }
  for (const claim of claims) result.push({ ...claim, apiVersion, time: undefined, fields: field })
  return writeEntries(result)
}
