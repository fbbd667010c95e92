/** The types of fields, for built-in and custom kinds alike: what merging, ownership and patching need to know. Pure. */

/** Scalars by how they are read: see the letters in facts.ts. */
export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'intOrString' | 'time' | 'bytes'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly type: ScalarType
}

/** Free-form data: maps merge by key, lists are replaced whole. */
export interface AnyNode {
  readonly kind: 'any'
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: TypeNode
  readonly listType: 'atomic' | 'set' | 'map'
  /** Sorted. Empty unless listType is map. */
  readonly keys: readonly string[]
  /** Values of keys that an item leaves out. */
  readonly keyDefaults: Readonly<Record<string, unknown>>
  /** Of a strategic merge patch; '' when the list is replaced. */
  readonly mergeKey: string
  readonly patchMerge: boolean
}

export interface MapNode {
  readonly kind: 'map'
  readonly values: TypeNode
  readonly atomic: boolean
}

export interface Field {
  readonly type: TypeNode
  /** Go holds the struct by value: the field is never absent. */
  readonly byValue: boolean
  readonly retainKeys: boolean
  readonly default?: unknown
  /** A pointer in Go: zero is a value of it. */
  readonly pointer?: boolean
  /** On the wire even when it is zero. */
  readonly always?: boolean
  /** The name of its type in Go, for messages. */
  readonly goType?: string
}

export interface StructNode {
  readonly kind: 'struct'
  /** Name in OpenAPI documents; '' for the nested structs of custom kinds. */
  readonly name: string
  readonly atomic: boolean
  readonly required: ReadonlySet<string>
  readonly fields: ReadonlyMap<string, Field>
  /** Those of the fields that are on the wire even when nobody sets them. */
  readonly present?: readonly (readonly [string, Field])[]
  /** What fields without a declaration are: nothing (pruned) or free-form. */
  readonly unknown: 'prune' | 'preserve'
}

export type TypeNode = ScalarNode | AnyNode | ListNode | MapNode | StructNode

export const ANY: AnyNode = { kind: 'any' }

const scalars = new Map<ScalarType, ScalarNode>()

/** One shared node per scalar type. */
export function scalar(type: ScalarType): ScalarNode {
  let node = scalars.get(type)
  if (node === undefined) {
    node = { kind: 'scalar', type }
    scalars.set(type, node)
  }
  return node
}

/** The type of a field of a struct or of an entry of a map; undefined when it is not declared. */
export function fieldType(node: TypeNode, name: string): TypeNode | undefined {
  switch (node.kind) {
    case 'struct':
      return node.fields.get(name)?.type ?? (node.unknown === 'preserve' ? ANY : undefined)
    case 'map':
      return node.values
    case 'any':
      return ANY
    default:
      return undefined
  }
}
