/** Who owns what after a create, an update or a patch that is no apply. Pure. */
import type { KubeObject, ManagedFieldsEntry } from '../../kube/object.ts'
import type { StructNode } from '../schema/types.ts'
import { compare } from './compare.ts'
import { difference, EMPTY, equal, isEmpty, union } from './field-set.ts'
import { type Manager, type Managers, managerKey, readManagers, writeManagers } from './managers.ts'
import { takeAway } from './ownership.ts'
import { ownable } from './reset-fields.ts'

export interface UpdateInput {
  /** The object before; for a create what an empty object of the kind looks like. */
  live: KubeObject
  object: KubeObject
  /** Entries to start from: the live ones, or those the writer sent. */
  entries: readonly ManagedFieldsEntry[] | undefined
  type: StructNode
  manager: string
  time: string
  subresource?: string
  reset: readonly string[]
}

/** The entries of managedFields after the write. */
export function trackUpdate(input: UpdateInput): ManagedFieldsEntry[] {
  const managers: Managers = readManagers(input.entries)
  const comparison = compare(input.live, input.object, input.type)
  const touched = ownable(union(comparison.added, comparison.modified), input.reset)
  const removed = comparison.removed
  const identity = {
    name: input.manager,
    operation: 'Update' as const,
    apiVersion: input.object.apiVersion,
    subresource: input.subresource ?? '',
  }
  const key = managerKey(identity)
  const last = managers.get(key)
  takeAway(managers, key, union(touched, removed))
  const fields = difference(union(last?.fields ?? EMPTY, touched), removed)
  if (isEmpty(fields)) managers.delete(key)
  else if (last === undefined || !equal(last.fields, fields) || !isEmpty(touched)) {
    const self: Manager = { ...identity, time: input.time, fields }
    managers.set(key, self)
  }
  return writeManagers(managers)
}
