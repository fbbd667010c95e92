/** What becomes of the applications of a set: create, update, remove, or leave alone and why. Pure; the result is printable. */
import type { ApplicationSet } from '../../api/applicationset.ts'
import { maxDeleteAnnotation } from '../../api/names.ts'
import type { Reason } from '../../api/reasons.ts'
import { canonicalJson } from '../../kube/canonical.ts'
import { getField, isRecord } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { DeletionRules } from '../../pipeline/plan/guard.ts'

export interface SetPlan {
  readonly create: readonly KubeObject[]
  readonly update: readonly KubeObject[]
  readonly remove: readonly string[]
  /** Would be updated or removed, and is not. */
  readonly kept: readonly { readonly name: string; readonly because: string }[]
  /** Set = nothing is removed until a person agrees; what is to be created and updated is. */
  readonly refused: { readonly reason: Reason; readonly message: string } | undefined
}

/** A field: members and indexes on the way to it. */
export type Path = readonly (string | number)[]

/**
 * `existing` are the applications that this set made, by name; `rules` how many may go without a person, undefined = all; `ignored` what jq says of ignoreApplicationDifferences, by name. The
 * policies are Argo CD's `applicationsSync` (Controlling Resource Modification).
 */
export function planSet(
  set: ApplicationSet,
  generated: readonly KubeObject[],
  existing: ReadonlyMap<string, KubeObject>,
  rules: DeletionRules | undefined,
  ignored: ReadonlyMap<string, readonly Path[]> = new Map(),
): SetPlan {
  const policy = set.spec.syncPolicy?.applicationsSync ?? 'sync'
  const mayUpdate = policy === 'sync' || policy === 'create-update'
  const mayRemove = policy === 'sync' || policy === 'create-delete'
  const create: KubeObject[] = []
  const update: KubeObject[] = []
  const kept: { name: string; because: string }[] = []
  const wanted = new Set<string>()
  for (const application of generated) {
    const name = application.metadata.name ?? ''
    wanted.add(name)
    const present = existing.get(name)
    if (present === undefined) {
      create.push(application)
      continue
    }
    const next = keeping(set, application, present, ignored.get(name) ?? [])
    if (canonicalJson(next) === canonicalJson(present)) continue
    if (mayUpdate) update.push(next)
    else kept.push({ name, because: `applicationsSync is ${policy}` })
  }
  const gone = [...existing.keys()].filter((name) => !wanted.has(name)).sort()
  if (!mayRemove) {
    for (const name of gone) kept.push({ name, because: `applicationsSync is ${policy}` })
    return { create, update, remove: [], kept, refused: undefined }
  }
  const refused = guard(set, gone, existing.size, rules)
  if (refused === undefined) return { create, update, remove: gone, kept, refused }
  for (const name of gone) kept.push({ name, because: 'a person has to agree' })
  return { create, update, remove: [], kept, refused }
}

/**
 * The budget of deletes counts applications as that of an application counts objects. Losing all of them is more often a mistake of a
 * generator than a wish, so that needs a budget that somebody wrote down.
 */
function guard(
  set: ApplicationSet,
  gone: readonly string[],
  existing: number,
  rules: DeletionRules | undefined,
): SetPlan['refused'] {
  if (rules === undefined || gone.length === 0) return undefined
  const allowed = Math.max(rules.maxDelete, Math.floor((existing * rules.maxDeletePercent) / 100))
  const isWritten = set.metadata.annotations?.[maxDeleteAnnotation] !== undefined
  const all = gone.length === existing && existing > 1 && !isWritten
  if (!all && gone.length <= allowed) return undefined
  const share = all ? `all ${existing}` : `${gone.length} of ${existing}, where ${allowed} are allowed,`
  return {
    reason: 'DeletionGuard',
    message: `Cannot remove applications of ApplicationSet ${set.metadata.name}: ${share} would go at once; if that is meant, annotate the set with ${maxDeleteAnnotation}: "${gone.length}"`,
  }
}

/** The new Application with what the set says is not its own business: preservedFields and ignoreApplicationDifferences. */
function keeping(set: ApplicationSet, next: KubeObject, present: KubeObject, ignored: readonly Path[]): KubeObject {
  const { annotations = [], labels = [] } = set.spec.preservedFields ?? {}
  let kept = next
  // Argo CD itself writes the refresh annotation and notification state there.
  for (const name of [...annotations, 'argocd.argoproj.io/refresh']) {
    kept = withKept(kept, present, ['metadata', 'annotations', name])
  }
  for (const name of labels) kept = withKept(kept, present, ['metadata', 'labels', name])
  for (const path of ignored) kept = withKept(kept, present, path)
  for (const rule of rulesFor(set, next.metadata.name ?? '')) {
    for (const pointer of rule.jsonPointers ?? []) kept = withKept(kept, present, segmentsOf(pointer))
  }
  return kept
}

/** The rules of ignoreApplicationDifferences that are about an application. */
export function rulesFor(set: ApplicationSet, name: string) {
  return (set.spec.ignoreApplicationDifferences ?? []).filter((rule) => (rule.name ?? '') === '' || rule.name === name)
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `next` with the field at a path as it is in `present`, absent included. */
function withKept(next: KubeObject, present: KubeObject, path: Path): KubeObject {
  return (path.length === 0 ? next : replaced(next, getField(present, ...path), path)) as KubeObject
}

function replaced(tree: unknown, value: unknown, [head, ...rest]: Path): unknown {
  if (head === undefined) return value
  if (Array.isArray(tree)) {
    const index = Number(head)
    return index in tree ? tree.with(index, replaced(tree[index], value, rest)) : tree
  }
  if (!isRecord(tree)) return value === undefined ? tree : { [head]: replaced(undefined, value, rest) }
  const inner = replaced(tree[head], value, rest)
  if (inner !== undefined) return { ...tree, [head]: inner }
  const { [head]: _, ...others } = tree
  return others
}
