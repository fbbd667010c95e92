/** Drops what the structural schema of a custom kind does not declare. Pure: returns new data. */
import type { Resource } from '../resources.ts'
import type { StructNode, TypeNode } from '../schema/types.ts'
import { type Data, isData } from '../values.ts'

export interface Pruned {
  value: Data
  /** Paths of dropped fields, as `spec.foo`. */
  unknown: string[]
}

export function pruneCustom(data: Data, resource: Resource): Pruned {
  const unknown: string[] = []
  return { value: pruneStruct(data, resource.type, '', unknown), unknown }
}

function pruneStruct(value: Data, type: StructNode, path: string, unknown: string[]): Data {
  const result: Data = {}
  for (const key in value) {
    const here = path === '' ? key : `${path}.${key}`
    const field = type.fields.get(key)
    if (field !== undefined) result[key] = prune(value[key], field.type, here, unknown)
    else if (type.unknown === 'preserve') result[key] = value[key]
    else unknown.push(here)
  }
  return result
}

function prune(value: unknown, type: TypeNode, path: string, unknown: string[]): unknown {
  if (type.kind === 'struct' && isData(value)) return pruneStruct(value, type, path, unknown)
  if (type.kind === 'list' && Array.isArray(value)) {
    return value.map((item, index) => prune(item, type.items, `${path}[${index}]`, unknown))
  }
  if (type.kind === 'map' && isData(value)) {
    const result: Data = {}
    for (const key in value) result[key] = prune(value[key], type.values, `${path}.${key}`, unknown)
    return result
  }
  return value
}
