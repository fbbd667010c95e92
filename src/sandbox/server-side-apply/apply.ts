/** Server-side apply of one configuration to one object: what the object becomes and who owns what. Pure. */
import type { FieldsV1, KubeObject, ManagedFieldsEntry } from '../../kube/object.ts'
import type { StructNode, TypeNode } from '../schema/types.ts'
import { deepEqual } from '../values.ts'
import { ApplyConflict } from './conflicts.ts'
import { difference, EMPTY, equal, isEmpty, union } from './field-set.ts'
import { LastApplied, yieldedBy } from './last-applied.ts'
import { type Manager, type Managers, managerKey, readManagers, sameOwnership, writeManagers } from './managers.ts'
import { merge } from './merge.ts'
import { namedFields } from './named-fields.ts'
import { conflictsOf, takeAway } from './ownership.ts'
import { removeFields } from './remove.ts'
import { withoutIdentity, withoutReset } from './reset-fields.ts'
import { toFieldSet } from './to-field-set.ts'
import { updated } from './update.ts'
import { comparer, type VersionOf } from './versions.ts'

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
  versionOf?: VersionOf
  /** What an empty object of the kind looks like: an object that nobody was tracked on is owned as a whole first. */
  empty?: KubeObject
}

export interface ApplyOutput {
  object: KubeObject
  managedFields: ManagedFieldsEntry[]
  /** False when neither the object nor its owners change: then nothing need be written. */
  changed: boolean
}

const BEFORE_FIRST_APPLY = 'before-first-apply'

/** Throws ApplyConflict, and TypedError when the configuration does not fit the type. */
export function applyConfiguration(input: ApplyInput): ApplyOutput {
  const { live, type, config, reset } = input
  const claimed = withoutReset(toFieldSet(config, type), reset)
  const before = readManagers(live.metadata.managedFields)
  const managers: Managers = new Map(before)
  if (managers.size === 0 && live.metadata.uid !== undefined && input.empty !== undefined) {
    updated({ ...input, live: input.empty, object: live, manager: BEFORE_FIRST_APPLY }, managers)
  }
  const self: Manager = {
    name: input.manager,
    operation: 'Apply',
    apiVersion: config.apiVersion,
    subresource: input.subresource ?? '',
    time: undefined,
    fields: claimed,
  }
  const key = managerKey(self)
  const last = managers.get(key)
  managers.set(key, self)

  const merged = merge(live, withoutManaged(config), type) as KubeObject
  const pruned = prune(merged, last, managers, input)
  const own = { type, apiVersion: config.apiVersion }
  const comparisonIn = comparer(live, pruned, own, input.versionOf, reset)
  if (!input.force) {
    const conflicts = conflictsOf(managers, key, comparisonIn)
    const left = conflicts.length === 0 ? conflicts : yieldedBy(conflicts, input)
    if (left.length > 0) throw new ApplyConflict(left)
  }
  takeAway(managers, key, comparisonIn)

  const same = deepEqual(live, pruned)
  const time = same ? last?.time : input.time
  const fields = withoutIdentity(self.fields)
  if (isEmpty(fields)) managers.delete(key)
  else managers.set(key, { ...self, time, fields })
  const object = same ? live : pruned
  const synced = input.manager === 'kubectl' ? LastApplied.synced(object, config) : object
  const changed = !same || synced !== object || !sameOwnership(before, managers, equal)
  return { object: synced, managedFields: writeManagers(managers), changed }
}

/** Without the fields the manager applied last time, does not apply now, and nobody else owns. */
function prune(merged: KubeObject, last: Manager | undefined, managers: Managers, input: ApplyInput): KubeObject {
  if (last === undefined || isEmpty(last.fields)) return merged
  const { type, config, versionOf } = input
  if (last.apiVersion === config.apiVersion) return without(merged, last.fields, ownedIn(managers, undefined), type)
  // Fields were named in another version: they are taken out there.
  const view = versionOf?.(last.apiVersion)
  const back = versionOf?.(config.apiVersion)
  if (view === undefined || back === undefined) return merged
  const there = view.convert(merged)
  const pruned = without(there, last.fields, ownedIn(managers, last.apiVersion), view.type)
  const inOther = [...managers.values()].filter((manager) => manager.apiVersion !== last.apiVersion)
  let result = back.convert(pruned)
  // What others own in their own version stays.
  for (const manager of inOther) {
    if (manager.apiVersion !== config.apiVersion) continue
    const gone = difference(manager.fields, namedFields(toFieldSet(result, type), type))
    if (!isEmpty(gone)) result = merge(result, pick(merged, gone), type) as KubeObject
  }
  return result
}

function ownedIn(managers: Managers, apiVersion: string | undefined): FieldsV1 {
  let owned: FieldsV1 = EMPTY
  for (const manager of managers.values()) {
    if (apiVersion === undefined || manager.apiVersion === apiVersion) owned = union(owned, manager.fields)
  }
  return owned
}

function without(object: KubeObject, last: FieldsV1, owned: FieldsV1, type: TypeNode): KubeObject {
  const gone = difference(namedFields(last, type), namedFields(owned, type))
  return isEmpty(gone) ? object : ((removeFields(object, gone, type) ?? {}) as KubeObject)
}

/** The named parts of an object: lists with keys and maps by their fields, everything else as it is. */
function pick(value: unknown, set: FieldsV1): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const result: Record<string, unknown> = {}
  for (const key in set) {
    if (!key.startsWith('f:')) continue
    const name = key.slice(2)
    const child = (value as Record<string, unknown>)[name]
    if (child !== undefined) result[name] = isEmpty(set[key]!) ? child : pick(child, set[key]!)
  }
  return result
}

function withoutManaged(config: KubeObject): KubeObject {
  if (config.metadata.managedFields === undefined) return config
  const result: KubeObject = { ...config, metadata: { ...config.metadata } }
  delete result.metadata.managedFields
  return result
}
