/** What an empty object of a built-in kind looks like on the wire: structs held by value are there, required lists are null. Pure. */
import type { StructNode } from './types.ts'

const cache = new WeakMap<StructNode, Record<string, unknown>>()

/** A create compares against this, so that nobody owns the mere existence of `spec`. Shared: never modify it. */
export function zeroValue(type: StructNode): Record<string, unknown> {
  let zero = cache.get(type)
  if (zero === undefined) {
    zero = {}
    cache.set(type, zero)
    for (const [name, field] of type.fields) {
      if (field.byValue && field.type.kind === 'struct') zero[name] = zeroValue(field.type)
      else if (type.required.has(name) && field.type.kind !== 'scalar') zero[name] = null
    }
  }
  return zero
}
