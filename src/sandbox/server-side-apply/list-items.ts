/** Finds the items of set and map lists by key, as the field paths of managedFields name them. Pure. */
import type { ListNode } from '../schema/types.ts'
import type { Data } from '../values.ts'

/** The path element of an item: `k:{"name":"app"}` or `v:"x"`. Undefined when a map item lacks a key that has no default. */
export function itemKey(list: ListNode, item: unknown): string | undefined {
  if (list.listType === 'set') return `v:${JSON.stringify(item)}`
  if (typeof item !== 'object' || item === null) return undefined
  const data = item as Data
  if (list.keys.length === 1) {
    const key = list.keys[0]!
    const value = data[key] ?? list.keyDefaults[key]
    return value === undefined ? undefined : `k:{${JSON.stringify(key)}:${JSON.stringify(value)}}`
  }
  const parts: string[] = []
  // Keys are sorted: that is their order in a path.
  for (const key of list.keys) {
    const value = data[key] ?? list.keyDefaults[key]
    if (value !== undefined) parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }
  return parts.length === 0 ? undefined : `k:{${parts.join(',')}}`
}

/** Items by path element, in order; an element named twice keeps its first place and its last value. */
export function keyedItems(list: ListNode, items: readonly unknown[]): Map<string, unknown> {
  const result = new Map<string, unknown>()
  for (const [index, item] of items.entries()) result.set(itemKey(list, item) ?? `i:${index}`, item)
  return result
}

/** Items by path element, with all that share one. */
export function allItems(list: ListNode, items: readonly unknown[]): Map<string, unknown[]> {
  const result = new Map<string, unknown[]>()
  for (const [index, item] of items.entries()) {
    const key = itemKey(list, item) ?? `i:${index}`
    const known = result.get(key)
    if (known === undefined) result.set(key, [item])
    else known.push(item)
  }
  return result
}
