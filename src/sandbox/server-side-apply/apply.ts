/** Server-side apply of one configuration to one object: what the object becomes and who owns what. Pure. */
import type { FieldsV1, KubeObject, ManagedFieldsEntry } from '../../kube/object.ts'
import type { StructNode, TypeNode } from '../schema/types.ts'
import { compare } from './compare.ts'
import { ApplyConflict } from './conflicts.ts'
import { difference, EMPTY, equal, isEmpty, union } from './field-set.ts'
import { type Manager, type Managers, managerKey, readManagers, sameOwnership, writeManagers } from './managers.ts'
import { merge } from './merge.ts'
import { namedFields } from './named-fields.ts'
import { conflictsOf, takeAway } from './ownership.ts'
import { removeFields } from './remove.ts'
import { ownable } from './reset-fields.ts'
import { toFieldSet } from './to-field-set.ts'

export interface ApplyInput {
  /** The stored object, or the identity of one that does not exist yet. Never changed. */
  live: KubeObject
  config: KubeObject
  type: StructNode
  manager: string
  force: boolean
  /** RFC 3339, for the entry of the manager when it changes. */
  time: string
  subresource?: string
  /** Top-level fields this endpoint does not write. */
  reset: readonly string[]
  /** Fields that may be taken without a conflict (kubectl's own earlier client-side apply). */
  yielding?: (manager: Manager) => boolean
}

export interface ApplyOutput {
  object: KubeObject
  managedFields: ManagedFieldsEntry[]
  /** False when neither the object nor its owners change: then nothing need be written. */
  changed: boolean
}

/** Throws ApplyConflict, and TypedError when the configuration does not fit the type. */
export function applyConfiguration(input: ApplyInput): ApplyOutput {
  const { live, type } = input
  const before = readManagers(live.metadata.managedFields)
  const managers: Managers = new Map(before)
  const self: Manager = {
    name: input.manager,
    operation: 'Apply',
    apiVersion: input.config.apiVersion,
    subresource: input.subresource ?? '',
    time: input.time,
    fields: ownable(toFieldSet(input.config, type), input.reset),
  }
  const key = managerKey(self)
  const last = managers.get(key)
  managers.set(key, self)

  const merged = merge(live, withoutReset(input.config, input.reset), type)
  const pruned = prune(merged, last?.fields ?? EMPTY, managers, type) as KubeObject
  const comparison = compare(live, pruned, type)
  const conflicts = conflictsOf(managers, key, comparison).filter(({ manager }) => input.yielding?.(manager) !== true)
  if (conflicts.length > 0 && !input.force) throw new ApplyConflict(conflicts)
  takeAway(managers, key, union(union(comparison.modified, comparison.added), comparison.removed))

  const same = isEmpty(comparison.added) && isEmpty(comparison.modified) && isEmpty(comparison.removed)
  const changed = !same || !sameOwnership(before, managers, equal)
  if (same && last !== undefined) managers.set(key, { ...self, time: changed ? input.time : last.time })
  return { object: same ? live : pruned, managedFields: writeManagers(managers), changed }
}

/** Fields the manager applied last time, does not apply now, and nobody else owns. */
function prune(merged: unknown, last: FieldsV1, managers: Managers, type: TypeNode): unknown {
  if (isEmpty(last)) return merged
  let owned: FieldsV1 = EMPTY
  for (const manager of managers.values()) owned = union(owned, manager.fields)
  const gone = difference(namedFields(last, type), namedFields(owned, type))
  return isEmpty(gone) ? merged : (removeFields(merged, gone, type) ?? {})
}

function withoutReset(config: KubeObject, reset: readonly string[]): KubeObject {
  const result: KubeObject = { ...config, metadata: { ...config.metadata } }
  delete result.metadata.managedFields
  for (const field of reset) delete result[field]
  return result
}
