/** The compact form in which facts about Kubernetes' built-in kinds are kept (builtin.generated.json). Types only. */

/**
 * The type of one field:
 * - a letter: `s` string, `i` integer, `n` number, `b` boolean, `q` quantity, `x` int-or-string, `t` time, `y` base64 bytes, `*` anything;
 * - `@Name` a reference to a type; `!Name` the same where Go holds the struct by value, so that it is never absent;
 * - `{l}` a list, `{v}` a map with string keys, `{s}` one of the above with a default or made atomic.
 */
export type FieldFact =
  | string
  | { s: string; d?: unknown; a?: 1 }
  | {
      /** Items. */
      l: FieldFact
      /** List type when not atomic. */
      t?: 'set' | 'map'
      /** Keys of a `map` list. */
      k?: string[]
      /** Merge key of a strategic merge patch. */
      m?: string
      /** Strategy of a strategic merge patch: `merge`, `retainKeys`, `merge,retainKeys`. */
      p?: string
    }
  | { v: FieldFact; a?: 1 }

export interface TypeFact {
  f: Record<string, FieldFact>
  /** Required fields. */
  r?: string[]
  /** The whole struct is atomic. */
  a?: 1
  /** Fields that are pointers in Go: zero is a value of theirs. */
  p?: string[]
  /** Fields that are on the wire even when they are zero. */
  z?: string[]
  /** Go's names of the fields' types, as messages tell them, where they are not string, int32 or bool. */
  g?: Record<string, string>
}

export interface SubresourceFact {
  name: string
  group: string
  version: string
  kind: string
  verbs: string[]
}

export interface ResourceFact {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  namespaced: boolean
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources?: SubresourceFact[]
  /** Name of its type. */
  type: string
}

export interface SchemaFacts {
  resources: ResourceFact[]
  types: Record<string, TypeFact>
}
