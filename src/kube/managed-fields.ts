/** Which fields of an object a manager owns, and their values. The format is structured-merge-diff's FieldsV1. Pure. */
import { canonicalJson } from './canonical.ts'
import { isRecord } from './fields.ts'
import type { FieldsV1, KubeObject, ManagedFieldsEntry } from './object.ts'

/** The entry of a manager's server-side applies, or undefined. An entry of a subresource does not count. */
export function applyEntryOf(object: KubeObject, manager: string): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource,
  )
}

/**
 * The part of a value that a field set covers, in the shape of the value: maps with the owned members, lists with the owned items in
 * the order of the set (not of the list, which others may reorder). A leaf yields the whole value below it. An owned item that is only
 * named (`k:{...}` with `.`) yields its keys. What the set names and the value lacks is left out. The value itself is not copied:
 * treat the result as read-only.
 */
export function extractOwned(value: unknown, set: FieldsV1): unknown {
  if (Array.isArray(value)) return extractItems(value, set)
  if (typeof value !== 'object' || value === null) return value
  const members = value as Record<string, unknown>
  const owned: Record<string, unknown> = {}
  let leaf = true
  for (const element in set) {
    leaf = false
    if (element.charCodeAt(0) !== codeF || element.charCodeAt(1) !== codeColon) continue
    const name = element.slice(2)
    if (!Object.hasOwn(members, name)) continue
    const member = members[name]
    owned[name] = typeof member === 'object' && member !== null ? extractOwned(member, set[element]!) : member
  }
  return leaf ? value : owned
}

const codeF = 102
const codeColon = 58

function extractItems(list: readonly unknown[], set: FieldsV1): unknown {
  const owned: unknown[] = []
  let leaf = true
  let find: ((keys: Record<string, unknown>, text: string) => unknown) | undefined
  for (const element in set) {
    leaf = false
    const child = set[element]!
    if (element.startsWith('k:')) {
      const keys = parseKeys(element)
      find ??= finder(list, set)
      const item = find(keys, element)
      if (isRecord(item)) owned.push(extractItem(item, child, keys))
    } else if (element.startsWith('v:')) {
      const wanted = element.slice(2)
      const item = list.find((candidate) => canonicalJson(candidate) === wanted)
      if (item !== undefined) owned.push(item)
    } else if (element.startsWith('i:')) {
      const index = Number(element.slice(2))
      if (index in list) owned.push(extractOwned(list[index], child))
    }
  }
  return leaf ? list : owned
}

/** The keys always belong to the result: they say which item it is, even when the set holds nothing but `.`. */
function extractItem(item: Record<string, unknown>, set: FieldsV1, keys: Record<string, unknown>): unknown {
  const owned = extractOwned(item, set)
  return owned === item ? item : { ...keys, ...(owned as Record<string, unknown>) }
}

/** Short lists are searched; for long ones an index by key values avoids the quadratic walk. */
function finder(list: readonly unknown[], set: FieldsV1): (keys: Record<string, unknown>, element: string) => unknown {
  if (list.length <= 16) return (keys) => list.find((item) => hasKeys(item, keys))
  const byKeys = new Map<string, unknown>()
  const first = Object.keys(set).find((element) => element.startsWith('k:'))
  const names = Object.keys(first === undefined ? {} : parseKeys(first))
  for (const item of list) {
    if (!isRecord(item)) continue
    const text = indexText(names, item)
    if (!byKeys.has(text)) byKeys.set(text, item)
  }
  return (keys) => byKeys.get(indexText(names, keys))
}

function indexText(names: readonly string[], values: Record<string, unknown>): string {
  let text = ''
  for (const name of names) text += `${JSON.stringify(values[name])},`
  return text
}

function hasKeys(item: unknown, keys: Record<string, unknown>): boolean {
  if (!isRecord(item)) return false
  for (const name in keys) if (item[name] !== keys[name]) return false
  return true
}

const keyCache = new Map<string, Record<string, unknown>>()
const keyCacheLimit = 4_096

/** `k:{"name":"web"}` repeats in every object of a fleet; parsed once, bounded by starting anew. */
function parseKeys(element: string): Record<string, unknown> {
  let keys = keyCache.get(element)
  if (keys === undefined) {
    const parsed: unknown = JSON.parse(element.slice(2))
    keys = Object.freeze(isRecord(parsed) ? parsed : {})
    if (keyCache.size >= keyCacheLimit) keyCache.clear()
    keyCache.set(element, keys)
  }
  return keys
}

/** The index of the item that an element of a field set (`k:`, `v:`, `i:`) names; -1 when the list has none. */
export function indexOfElement(list: readonly unknown[], element: string): number {
  if (element.startsWith('k:')) {
    const keys = parseKeys(element)
    return list.findIndex((item) => hasKeys(item, keys))
  }
  if (element.startsWith('v:')) return list.findIndex((item) => canonicalJson(item) === element.slice(2))
  const index = element.startsWith('i:') ? Number(element.slice(2)) : -1
  return index in list ? index : -1
}

/** Whether a field set covers a path of an object, by itself or as part of something that is owned whole. */
export function ownsPath(set: FieldsV1, object: unknown, path: readonly (string | number)[]): boolean {
  let owned: FieldsV1 = set
  let value = object
  for (const step of path) {
    if (isEmpty(owned)) return true
    let next: FieldsV1 | undefined
    if (Array.isArray(value)) {
      const list = value as readonly unknown[]
      const element = Object.keys(owned).find((one) => indexOfElement(list, one) === Number(step))
      next = element === undefined ? undefined : owned[element]
      value = list[Number(step)]
    } else {
      next = owned[`f:${step}`]
      value = isRecord(value) ? value[step] : undefined
    }
    if (next === undefined) return false
    owned = next
  }
  return true
}

/**
 * Every owned leaf as the API server prints it in conflicts: `.spec.template.spec.containers[name="web"].image`, `.metadata.finalizers[="a"]`.
 * In the order of the set.
 */
export function ownedPaths(set: FieldsV1): string[] {
  const paths: string[] = []
  collectPaths(set, '', paths)
  return paths
}

function collectPaths(set: FieldsV1, prefix: string, paths: string[]): void {
  for (const element in set) {
    const child = set[element]!
    if (element === '.') {
      if (prefix !== '') paths.push(prefix)
      continue
    }
    const path = prefix + pathText(element)
    if (isEmpty(child)) paths.push(path)
    else collectPaths(child, path, paths)
  }
}

function isEmpty(set: FieldsV1): boolean {
  for (const _ in set) return false
  return true
}

function pathText(element: string): string {
  const text = element.slice(2)
  if (element.startsWith('f:')) return `.${text}`
  if (element.startsWith('k:')) {
    const keys = Object.entries(parseKeys(element)).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    return `[${keys.join(',')}]`
  }
  return element.startsWith('v:') ? `[=${text}]` : `[${text}]`
}
