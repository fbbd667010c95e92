/** From the OpenAPI schema of a CRD to the types that merging and pruning work along. Pure. */
import { builtinType } from '../schema/builtin.ts'
import { ANY, type Field, type ListNode, type StructNode, scalar, type TypeNode } from '../schema/types.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'

const METADATA: Field = { type: builtinType('meta.v1.ObjectMeta'), byValue: false, retainKeys: false }
const TEXT: Field = { type: scalar('string'), byValue: false, retainKeys: false }

/** The type of a whole custom object; without a schema everything is kept. */
export function customType(schema: unknown): StructNode {
  const root = isData(schema) ? structOf(schema) : undefined
  const fields = new Map(root?.fields)
  fields.set('apiVersion', TEXT)
  fields.set('kind', TEXT)
  fields.set('metadata', METADATA)
  return {
    kind: 'struct',
    name: '',
    atomic: false,
    required: new Set(),
    fields,
    unknown: root === undefined ? 'preserve' : root.unknown,
  }
}

function typeOf(schema: unknown): TypeNode {
  if (!isData(schema)) return ANY
  if (schema['x-kubernetes-int-or-string'] === true) return scalar('intOrString')
  if (schema['x-kubernetes-embedded-resource'] === true) return embedded(schema)
  switch (schema['type']) {
    case 'string':
      return scalar('string')
    case 'integer':
      return scalar('integer')
    case 'number':
      return scalar('number')
    case 'boolean':
      return scalar('boolean')
    case 'array':
      return listOf(schema)
    case 'object':
      return objectOf(schema)
    default:
      return ANY
  }
}

function objectOf(schema: Data): TypeNode {
  const atomic = schema['x-kubernetes-map-type'] === 'atomic'
  const values = schema['additionalProperties']
  if (isData(values)) return { kind: 'map', values: typeOf(values), atomic }
  if (values === true) return { kind: 'map', values: ANY, atomic }
  return structOf(schema)
}

function structOf(schema: Data): StructNode {
  const fields = new Map<string, Field>()
  for (const [name, property] of Object.entries(dataAt(schema, 'properties'))) {
    const fallback = isData(property) ? property['default'] : undefined
    const field = { type: typeOf(property), byValue: false, retainKeys: false }
    fields.set(name, fallback === undefined ? field : { ...field, default: fallback })
  }
  return {
    kind: 'struct',
    name: '',
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    required: new Set(listAt(schema, 'required').map(String)),
    fields,
    unknown: schema['x-kubernetes-preserve-unknown-fields'] === true ? 'preserve' : 'prune',
  }
}

function embedded(schema: Data): TypeNode {
  const struct = structOf(schema)
  const fields = new Map(struct.fields)
  fields.set('apiVersion', TEXT)
  fields.set('kind', TEXT)
  fields.set('metadata', METADATA)
  return { ...struct, fields }
}

function listOf(schema: Data): ListNode {
  const items = typeOf(schema['items'])
  const given = schema['x-kubernetes-list-type']
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String).sort()
  const keyDefaults: Data = {}
  if (items.kind === 'struct') {
    for (const key of keys) {
      const fallback = items.fields.get(key)?.default
      if (fallback !== undefined) keyDefaults[key] = fallback
    }
  }
  return {
    kind: 'list',
    items,
    listType: given === 'set' || given === 'map' ? given : 'atomic',
    keys,
    keyDefaults,
    mergeKey: '',
    patchMerge: false,
  }
}
