/** What Go's zero values of built-in kinds look like on the wire. Pure. */
import type { Field, StructNode, TypeNode } from './types.ts'

const cache = new WeakMap<StructNode, Record<string, unknown>>()

/**
 * An empty object of a type: structs held by value are there, so are the plain fields that are never left out. A create compares against
 * this, so that nobody owns the mere existence of `spec`. Shared: never modify it.
 */
export function zeroValue(type: StructNode): Record<string, unknown> {
  let zero = cache.get(type)
  if (zero === undefined) {
    zero = {}
    cache.set(type, zero)
    for (const [name, field] of type.present ?? []) zero[name] = zeroOf(field)
  }
  return zero
}

/** Lists and maps that are always on the wire are null when they are empty, as storage gives them back. Shares what does not change. */
export function emptyToNull<T extends Record<string, unknown>>(value: T, type: StructNode): T {
  let result: Record<string, unknown> | undefined
  for (const name in value) {
    const field = type.fields.get(name)
    const child: unknown = value[name]
    if (field === undefined || typeof child !== 'object' || child === null) continue
    const empty = field.always === true && field.type.kind !== 'struct' && isEmpty(child)
    const next = empty ? null : descend(child, field.type)
    if (next === child) continue
    result ??= { ...value }
    result[name] = next
  }
  return (result as T | undefined) ?? value
}

function descend(value: object, type: TypeNode): unknown {
  if (type.kind === 'struct') return emptyToNull(value as Record<string, unknown>, type)
  if (type.kind !== 'list' || !Array.isArray(value) || type.items.kind !== 'struct') return value
  let changed = false
  const items = type.items
  const result = value.map((item) => {
    const next = typeof item === 'object' && item !== null ? descend(item, items) : item
    if (next !== item) changed = true
    return next
  })
  return changed ? result : value
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

/** The value of a field that nobody set but that is on the wire all the same. Shared: never modify it. */
export function zeroOf(field: Field): unknown {
  const { type } = field
  if (type.kind === 'struct') return zeroValue(type)
  if (type.kind !== 'scalar') return null
  switch (type.type) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'integer':
    case 'number':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    default:
      return null
  }
}
