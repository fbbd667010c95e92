/** Who owns what after a create, an update or a patch that is no apply. Pure. */
import type { KubeObject, ManagedFieldsEntry } from '../../kube/object.ts'
import type { StructNode } from '../schema/types.ts'
import { capUpdateManagers } from './cap-managers.ts'
import { EMPTY, isEmpty, union } from './field-set.ts'
import { type Manager, type Managers, managerKey, readManagers, writeManagers } from './managers.ts'
import { takeAway } from './ownership.ts'
import { withoutIdentity, withoutReset } from './reset-fields.ts'
import { comparer, type VersionOf } from './versions.ts'

export interface UpdateInput {
  /** The object before; for a create what an empty object of the kind looks like. */
  live: KubeObject
  object: KubeObject
  /** Entries to start from: the live ones, or those the writer sent. */
  entries: readonly ManagedFieldsEntry[] | undefined
  type: StructNode
  manager: string
  /** RFC 3339. */
  time: string
  subresource?: string
  /** Top-level fields this endpoint does not write. */
  reset: readonly string[]
  versionOf?: VersionOf
}

/**
 * The entries of managedFields after the write. An object that nobody was tracked on stays so until it is applied: its uid tells that it is
 * no create.
 */
export function trackUpdate(input: UpdateInput): ManagedFieldsEntry[] {
  const managers: Managers = readManagers(input.entries)
  if (managers.size === 0 && input.live.metadata.uid !== undefined) return []
  return writeManagers(capUpdateManagers(updated(input, managers)))
}

/** The managers after the write. Changes the map it is given. */
export function updated(input: Omit<UpdateInput, 'entries'>, managers: Managers): Managers {
  const { live, object, type, reset } = input
  const own = { type, apiVersion: object.apiVersion }
  const comparisonIn = comparer(live, object, own, input.versionOf, reset)
  const { added, modified } = comparisonIn(object.apiVersion)!
  const identity = {
    name: input.manager,
    operation: 'Update' as const,
    apiVersion: object.apiVersion,
    subresource: input.subresource ?? '',
  }
  const key = managerKey(identity)
  // The writer too loses what changed, and gets it back with a new time: a removal alone is no new claim.
  takeAway(managers, undefined, comparisonIn)
  const claimed = withoutIdentity(withoutReset(union(modified, added), reset))
  if (isEmpty(claimed)) return managers
  const last = managers.get(key)
  const self: Manager = { ...identity, time: input.time, fields: union(last?.fields ?? EMPTY, claimed) }
  managers.set(key, self)
  return managers
}
