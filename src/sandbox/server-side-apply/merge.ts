/** Lays a configuration over a live object, along the types of its fields. Pure: shares unchanged parts with its arguments. */
import { fieldType, type ListNode, type TypeNode } from '../schema/types.ts'
import { isData } from '../values.ts'
import { keyedItems } from './list-items.ts'

/** `config` wins wherever it speaks; set and map lists and maps are joined, everything else is replaced. */
export function merge(live: unknown, config: unknown, type: TypeNode): unknown {
  if (live === undefined || live === null || config === undefined) return config === undefined ? live : config
  // Null says nothing about what is in a map or list that is merged: that stays.
  if (config === null && typeof live === 'object' && isMerged(type) && Object.keys(live).length > 0) return live
  if (type.kind === 'list') {
    if (type.listType === 'atomic' || !Array.isArray(live) || !Array.isArray(config)) return config
    return mergeItems(live, config, type)
  }
  if (type.kind === 'scalar' || !isData(live) || !isData(config)) return config
  if ((type.kind === 'map' || type.kind === 'struct') && type.atomic) return config
  const result: Record<string, unknown> = { ...live }
  for (const key in config) {
    const child = fieldType(type, key)
    result[key] = child === undefined ? config[key] : merge(live[key], config[key], child)
  }
  return result
}

function isMerged(type: TypeNode): boolean {
  if (type.kind === 'list') return type.listType !== 'atomic'
  return type.kind === 'any' || ((type.kind === 'map' || type.kind === 'struct') && !type.atomic)
}

/** The configuration decides the order of what it names; items only the live list has stay where they were among their neighbours. */
function mergeItems(live: readonly unknown[], config: readonly unknown[], type: ListNode): unknown[] {
  const before = keyedItems(type, live)
  const after = keyedItems(type, config)
  const wanted = [...after.keys()]
  const result: unknown[] = []
  let next = 0

  function takeConfig(): void {
    const key = wanted[next++]!
    result.push(merge(before.get(key), after.get(key), type.items))
  }

  const taken = new Set<string>()
  for (const [key, item] of before) {
    if (!after.has(key)) {
      result.push(item)
      continue
    }
    if (taken.has(key)) continue
    // Everything the configuration names before this item comes before it here too.
    while (next < wanted.length) {
      const upcoming = wanted[next]!
      taken.add(upcoming)
      takeConfig()
      if (upcoming === key) break
    }
  }
  while (next < wanted.length) takeConfig()
  return result
}
