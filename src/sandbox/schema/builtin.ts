/** Kubernetes' built-in kinds, from the generated facts. Effects: reads the facts file once, when first asked. */
import { readFileSync } from 'node:fs'
import type { FieldFact, ResourceFact, SchemaFacts, TypeFact } from './facts.ts'
import { ANY, type Field, type ListNode, type ScalarType, type StructNode, scalar, type TypeNode } from './types.ts'
import { zeroOf } from './zero.ts'

const LETTERS: Record<string, ScalarType> = {
  s: 'string',
  i: 'integer',
  n: 'number',
  b: 'boolean',
  q: 'quantity',
  x: 'intOrString',
  t: 'time',
  y: 'bytes',
}

let facts: SchemaFacts | undefined
const structs = new Map<string, BuiltinStruct>()

function load(): SchemaFacts {
  facts ??= JSON.parse(readFileSync(new URL('./builtin.generated.json', import.meta.url), 'utf8')) as SchemaFacts
  return facts
}

export function builtinResources(): readonly ResourceFact[] {
  return load().resources
}

/** The type of that name (`apps.v1.Deployment`). Throws when there is none: the facts are incomplete. */
export function builtinType(name: string): StructNode {
  let node = structs.get(name)
  if (node === undefined) {
    const fact = load().types[name]
    if (fact === undefined) throw new Error(`Cannot find type ${name} in the schema facts`)
    node = new BuiltinStruct(name, fact)
    structs.set(name, node)
  }
  return node
}

/** Fields are resolved when first used: types refer to each other, and most are never needed. */
class BuiltinStruct implements StructNode {
  readonly kind = 'struct'
  readonly unknown = 'prune'
  readonly name: string
  readonly atomic: boolean
  readonly required: ReadonlySet<string>
  readonly #fact: TypeFact
  #fields: ReadonlyMap<string, Field> | undefined
  #present: readonly (readonly [string, Field])[] | undefined

  constructor(name: string, fact: TypeFact, atomic = fact.a === 1) {
    this.name = name
    this.atomic = atomic
    this.required = new Set(fact.r)
    this.#fact = fact
  }

  get fields(): ReadonlyMap<string, Field> {
    this.#fields ??= new Map(Object.entries(this.#fact.f).map(([name, fact]) => [name, this.#field(name, fact)]))
    return this.#fields
  }

  get present(): readonly (readonly [string, Field])[] {
    this.#present ??= [...this.fields].filter(([, field]) => field.always === true || field.byValue)
    return this.#present
  }

  #field(name: string, fact: FieldFact): Field {
    const { p, z, g } = this.#fact
    return {
      ...fieldOf(fact),
      pointer: p?.includes(name) === true,
      always: z?.includes(name) === true,
      ...(g?.[name] !== undefined && { goType: g[name] }),
    }
  }

  /** The same struct where the field that holds it makes it atomic. */
  asAtomic(): StructNode {
    return new BuiltinStruct(this.name, this.#fact, true)
  }
}

function fieldOf(fact: FieldFact): Field {
  const text = typeof fact === 'object' && 's' in fact ? fact.s : fact
  const field = {
    type: nodeOf(fact),
    byValue: typeof text === 'string' && text.startsWith('!'),
    retainKeys: typeof fact === 'object' && 'p' in fact && fact.p?.includes('retainKeys') === true,
  }
  return typeof fact === 'object' && 's' in fact && fact.d !== undefined ? { ...field, default: fact.d } : field
}

function nodeOf(fact: FieldFact): TypeNode {
  if (typeof fact === 'string') {
    const mark = fact[0]
    if (mark === '@' || mark === '!') return builtinType(fact.slice(1))
    const type = LETTERS[fact]
    return type === undefined ? ANY : scalar(type)
  }
  if ('s' in fact) {
    const node = nodeOf(fact.s)
    return fact.a === 1 && node instanceof BuiltinStruct ? node.asAtomic() : node
  }
  if ('v' in fact) return { kind: 'map', values: nodeOf(fact.v), atomic: fact.a === 1 }
  return listOf(fact)
}

function listOf(fact: Extract<FieldFact, { l: FieldFact }>): ListNode {
  const items = nodeOf(fact.l)
  const keys = [...(fact.k ?? [])].sort()
  return {
    kind: 'list',
    items,
    listType: fact.t ?? 'atomic',
    keys,
    get keyDefaults() {
      return keyDefaultsOf(items, keys)
    },
    mergeKey: fact.m ?? '',
    patchMerge: fact.p?.includes('merge') === true,
  }
}

function keyDefaultsOf(items: TypeNode, keys: readonly string[]): Record<string, unknown> {
  const defaults: Record<string, unknown> = {}
  if (items.kind !== 'struct') return defaults
  for (const key of keys) {
    const field = items.fields.get(key)
    // A plain field that is always there has its zero value when it is left out.
    const fallback = field?.default ?? (field?.always === true ? zeroOf(field) : undefined)
    if (fallback !== undefined) defaults[key] = fallback
  }
  return defaults
}
