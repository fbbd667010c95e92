/** Fields nobody owns through an endpoint: identity, and what the endpoint does not write. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import type { Comparison } from './compare.ts'
import { EMPTY, LEAF } from './field-set.ts'

/** Fields of metadata that the server sets or that name the object. */
const STRIPPED = new Set(
  ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'].map(
    (name) => `f:${name}`,
  ),
)

/** The set without the given fields: `status`, or `metadata.labels`. */
export function withoutReset(set: FieldsV1, reset: readonly string[]): FieldsV1 {
  return reset.reduce(withoutField, set)
}

function withoutField(set: FieldsV1, field: string): FieldsV1 {
  const [step = '', ...rest] = field.split('.')
  const key = `f:${step}`
  const node = set[key]
  if (node === undefined) return set
  const { [key]: _, ...others } = set
  if (rest.length === 0) return others
  const left = withoutField(node, rest.join('.'))
  if (left === node) return set
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left }
}

export function ownableComparison(comparison: Comparison, reset: readonly string[]): Comparison {
  if (reset.length === 0) return comparison
  return {
    added: withoutReset(comparison.added, reset),
    modified: withoutReset(comparison.modified, reset),
    removed: withoutReset(comparison.removed, reset),
  }
}

/** The set without identity fields. */
export function withoutIdentity(set: FieldsV1): FieldsV1 {
  const result: FieldsV1 = {}
  let some = false
  for (const key in set) {
    if (key === 'f:apiVersion' || key === 'f:kind') continue
    const node = key === 'f:metadata' ? ownableMetadata(set[key]!) : set[key]!
    if (node === undefined) continue
    result[key] = node
    some = true
  }
  return some ? result : EMPTY
}

function ownableMetadata(node: FieldsV1): FieldsV1 | undefined {
  const result: FieldsV1 = {}
  let some = false
  for (const key in node) {
    if (key === '.' || STRIPPED.has(key)) continue
    result[key] = node[key] ?? LEAF
    some = true
  }
  return some ? result : undefined
}
