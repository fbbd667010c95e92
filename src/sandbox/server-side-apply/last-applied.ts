/** Taking over from kubectl's client-side apply, and keeping its annotation true. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { ApplyInput } from './apply.ts'
import { compare } from './compare.ts'
import type { FieldConflict } from './conflicts.ts'
import { difference, isEmpty } from './field-set.ts'
import { toFieldSet } from './to-field-set.ts'

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'

function annotationOf(object: KubeObject): string {
  const value = object.metadata.annotations?.[ANNOTATION]
  return typeof value === 'string' ? value : ''
}

/**
 * The conflicts that stay: `kubectl` takes without asking what its own client-side apply had set and nobody has changed since.
 */
export function yieldedBy(conflicts: readonly FieldConflict[], input: ApplyInput): readonly FieldConflict[] {
  if (input.manager !== 'kubectl') return conflicts
  const allowed = ownedByLastApplied(input)
  if (allowed === undefined) return conflicts
  return conflicts
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmpty(fields))
}

function ownedByLastApplied({ live, config, type }: ApplyInput) {
  const text = annotationOf(live)
  if (text === '') return undefined
  try {
    const last = JSON.parse(text) as KubeObject
    if (last.apiVersion !== config.apiVersion) return undefined
    const { added, modified, removed } = compare(last, live, type)
    return difference(difference(difference(toFieldSet(last, type), modified), added), removed)
  } catch {
    // An annotation that cannot be read gives nothing away.
    return undefined
  }
}

export const LastApplied = {
  /** The object with the annotation as client-side apply would write it, where it has one. */
  synced(object: KubeObject, config: KubeObject): KubeObject {
    const before = annotationOf(object)
    if (before === '') return object
    const { annotations, ...metadata } = config.metadata
    const kept = annotations === undefined ? undefined : { ...annotations }
    if (kept !== undefined) delete kept[ANNOTATION]
    const shown = kept === undefined || Object.keys(kept).length === 0 ? metadata : { ...metadata, annotations: kept }
    const text = `${JSON.stringify(sorted({ ...config, metadata: shown }))}\n`
    if (text === before) return object
    return {
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [ANNOTATION]: text } },
    }
  },
}

/** Keys in the order Go writes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, child]) => [key, sorted(child)]),
  )
}
