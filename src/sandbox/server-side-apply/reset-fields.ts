/** Fields nobody owns through an endpoint: identity, and what the endpoint does not write. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import { LEAF } from './field-set.ts'

/** Fields of metadata that the server sets or that name the object. */
const STRIPPED = new Set(
  ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'].map(
    (name) => `f:${name}`,
  ),
)

/** The set without identity fields and without the given top-level fields (`status`, or `spec` when status is written). */
export function ownable(set: FieldsV1, reset: readonly string[]): FieldsV1 {
  const result: FieldsV1 = {}
  for (const key in set) {
    if (key === 'f:apiVersion' || key === 'f:kind' || reset.includes(key.slice(2))) continue
    if (key !== 'f:metadata') {
      result[key] = set[key]!
      continue
    }
    const metadata = ownableMetadata(set[key]!)
    if (metadata !== undefined) result[key] = metadata
  }
  return result
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
