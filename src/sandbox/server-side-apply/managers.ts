/** Who owns which fields of an object: reading and writing metadata.managedFields. Pure. */
import type { FieldsV1, ManagedFieldsEntry } from '../../kube/object.ts'
import { EMPTY, equal, isEmpty, ordered } from './field-set.ts'

export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly fields: FieldsV1
}

/** Managers by identity, in the order of the object's list. */
export type Managers = Map<string, Manager>

/** An applier is known by its name alone whatever version it applies; a writer also by the version it writes. */
export function managerKey(manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const version = manager.operation === 'Apply' ? '' : manager.apiVersion
  return `${manager.operation}\n${manager.name}\n${version}\n${manager.subresource}`
}

export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers: Managers = new Map()
  for (const entry of entries ?? []) {
    const manager: Manager = {
      name: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      subresource: entry.subresource ?? '',
      time: entry.time,
      fields: entry.fieldsV1 ?? EMPTY,
    }
    managers.set(managerKey(manager), manager)
  }
  return managers
}

/** Appliers first, then by time, then by name, as the API server orders them. Managers that own nothing are left out. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] {
  return writeEntries([...managers.values()])
}

/** The same for managers of which two may have one identity. */
export function writeEntries(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return managers
    .filter((manager) => !isEmpty(manager.fields))
    .sort(inOrder)
    .map((manager) => {
      const entry: ManagedFieldsEntry = {
        manager: manager.name,
        operation: manager.operation,
        apiVersion: manager.apiVersion,
        ...(manager.time !== undefined && { time: manager.time }),
        fieldsType: 'FieldsV1',
        fieldsV1: ordered(manager.fields),
      }
      if (manager.subresource !== '') entry.subresource = manager.subresource
      return entry
    })
}

function inOrder(a: Manager, b: Manager): number {
  return (
    text(a.operation, b.operation) ||
    text(a.time ?? '', b.time ?? '') ||
    text(a.name, b.name) ||
    text(a.apiVersion, b.apiVersion) ||
    text(a.subresource, b.subresource)
  )
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Entries that differ in nothing but when. */
export function sameEntries(a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[]): boolean {
  if (a.length !== b.length) return false
  const before = readManagers(a)
  const after = readManagers(b)
  return sameOwnership(before, after, equal)
}

/** Who owns what, without when. */
export function sameOwnership(a: Managers, b: Managers, equal: (a: FieldsV1, b: FieldsV1) => boolean): boolean {
  if (a.size !== b.size) return false
  for (const [key, manager] of a) {
    const other = b.get(key)
    if (other === undefined || other.apiVersion !== manager.apiVersion || !equal(other.fields, manager.fields))
      return false
  }
  return true
}
