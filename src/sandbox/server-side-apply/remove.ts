/** Takes a set of fields out of an object. Pure: shares untouched parts with its argument. */
import type { FieldsV1 } from '../../kube/object.ts'
import { fieldType, type TypeNode } from '../schema/types.ts'
import { isData } from '../values.ts'
import { isMember } from './field-set.ts'
import { itemKey } from './list-items.ts'

/** A map or list that loses its last entry goes too: the API server has no difference between empty and absent there. */
export function removeFields(value: unknown, set: FieldsV1, type: TypeNode): unknown {
  if (Array.isArray(value)) return removeItems(value, set, type)
  if (!isData(value)) return value
  let result: Record<string, unknown> | undefined
  for (const key in set) {
    if (!key.startsWith('f:')) continue
    const name = key.slice(2)
    if (!(name in value)) continue
    const node = set[key]!
    const child = fieldType(type, name)
    const whole = isMember(node) || child === undefined
    const kept = whole ? undefined : removeFields(value[name], node, child)
    if (kept === value[name]) continue
    result ??= { ...value }
    if (whole) delete result[name]
    // What lost its last entry is null: whoever owns it goes on owning it.
    else result[name] = kept ?? null
  }
  if (result === undefined) return value
  for (const _ in result) return result
  return undefined
}

function removeItems(items: readonly unknown[], set: FieldsV1, type: TypeNode): unknown {
  if (type.kind !== 'list' || type.listType === 'atomic') return items
  let changed = false
  const kept: unknown[] = []
  for (const item of items) {
    const node = set[itemKey(type, item) ?? '']
    const next = node === undefined ? item : isMember(node) ? undefined : removeFields(item, node, type.items)
    if (next !== item) changed = true
    if (next !== undefined) kept.push(next)
  }
  if (!changed) return items
  return kept.length === 0 ? undefined : kept
}
