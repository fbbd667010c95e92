/** What differs between manifests and the live objects of a file? Without a server. Pure but for reading files. */
import type { IgnoreRule } from '../api/application.ts'
import { trackingAnnotation } from '../api/names.ts'
import type { FieldChange, SyncStatus } from '../api/views.ts'
import { type KubeObject, type ObjectRef, refKey, refOf, refText } from '../kube/object.ts'
import { isNamespacedBuiltIn } from '../kube/scopes.ts'
import { expectedLive } from '../pipeline/diff/expected.ts'
import { diffObjects } from '../pipeline/diff/fields.ts'
import { leaveFields } from '../pipeline/diff/ignore/leave.ts'
import type { FieldPath } from '../pipeline/diff/ignore/rules.ts'
import { ignoredPaths } from '../pipeline/ignored-paths.ts'
import type { Jq } from '../pipeline/jq/jq.ts'
import { hookVerdict } from '../pipeline/plan/hooks.ts'

export interface LiveDifference {
  readonly ref: ObjectRef
  /** `prune`: tracked by an application, and not in the manifests. */
  readonly action: 'none' | 'create' | 'update' | 'prune'
  readonly sync: SyncStatus
  readonly fields: readonly FieldChange[]
}

export interface LiveDiff {
  /** Synced when no object is OutOfSync. */
  readonly sync: SyncStatus
  readonly objects: readonly LiveDifference[]
}

export interface LiveDiffOptions {
  /** For objects that name none; default `default`. */
  readonly namespace?: string
  readonly rules?: readonly IgnoreRule[]
  readonly jq: Jq
  readonly signal: AbortSignal
}

/** In the order of the manifests, then what is to be pruned. Hooks are no part of it (Argo CD, comparison). Secrets are masked. */
export async function liveDiff(
  desired: readonly KubeObject[],
  live: readonly KubeObject[],
  options: LiveDiffOptions,
): Promise<LiveDiff> {
  const namespace = options.namespace ?? 'default'
  const found = new Map(live.map((object) => [refKey(placed(object, namespace)), object]))
  const objects: LiveDifference[] = []
  const named = new Set<string>()
  for (const object of desired) {
    const ref = placed(object, namespace)
    named.add(refKey(ref))
    if (hookVerdict(object.metadata.annotations).kind === 'object') {
      objects.push(await compareOne(ref, object, found.get(refKey(ref)), options))
    }
  }
  for (const object of live) {
    const ref = placed(object, namespace)
    if (named.has(refKey(ref)) || object.metadata.annotations?.[trackingAnnotation] === undefined) continue
    objects.push({ ref, action: 'prune', sync: 'OutOfSync', fields: [] })
  }
  const sync = objects.every((one) => one.sync === 'Synced') ? 'Synced' : 'OutOfSync'
  return { sync, objects }
}

async function compareOne(
  ref: ObjectRef,
  desired: KubeObject,
  live: KubeObject | undefined,
  options: LiveDiffOptions,
): Promise<LiveDifference> {
  if (live === undefined) return { ref, action: 'create', sync: 'OutOfSync', fields: [] }
  const paths = await ignoredPaths(options.rules ?? [], ref, live, options.jq, options.signal)
  const fields = diffObjects(live, ignoring(expectedLive(desired, live), live, paths))
  return fields.length === 0
    ? { ref, action: 'none', sync: 'Synced', fields }
    : { ref, action: 'update', sync: 'OutOfSync', fields }
}

/** Ignored fields of the expected object take their live values. Everything in a live object counts as owned here. */
function ignoring(expected: KubeObject, live: KubeObject, paths: readonly FieldPath[]): KubeObject {
  if (paths.length === 0) return expected
  const entry = {
    manager: 'all',
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: {},
  } as const
  const owned = { ...live, metadata: { ...live.metadata, managedFields: [entry] } }
  return leaveFields(expected, owned, paths, entry.manager)
}

function placed(object: KubeObject, namespace: string): ObjectRef {
  const ref = refOf(object)
  if (isNamespacedBuiltIn(ref) === false) return { ...ref, namespace: '' }
  return ref.namespace === '' ? { ...ref, namespace } : ref
}

/** As `halcyon diff` prints a plan. */
export function liveDiffText(diff: LiveDiff): string[] {
  const signs = { create: '+', update: '~', prune: '-', none: ' ' }
  const changed = diff.objects.filter((one) => one.action !== 'none')
  if (changed.length === 0) return [`No differences: ${diff.objects.length} objects are as the manifests say.`]
  return changed.flatMap(({ action, ref, fields }) => [
    `${signs[action]} ${refText(ref)}`,
    ...fields.map((field) => `    ${field.path}   ${valuesText(field)}`),
  ])
}

function valuesText({ before, after }: FieldChange): string {
  if (before === undefined) return `added ${after}`
  return after === undefined ? `removed, was ${before}` : `${before} -> ${after}`
}
