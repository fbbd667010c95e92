/** Namespaces and CRDs go ahead of what needs them. Pure. */
import { getString } from '../../kube/fields.ts'
import type { GroupKind, KubeObject } from '../../kube/object.ts'
import type { DesiredObject } from './types.ts'
import { comparePlaced } from './waves.ts'

export function isNamespace(kind: GroupKind): boolean {
  return kind.kind === 'Namespace' && kind.group === ''
}

export function isCrd(kind: GroupKind): boolean {
  return kind.kind === 'CustomResourceDefinition' && kind.group === 'apiextensions.k8s.io'
}

/** The kind that a CRD defines, and whether its objects live in namespaces. */
export function definedBy(crd: KubeObject): GroupKind & { readonly namespaced: boolean } {
  return {
    group: getString(crd, 'spec', 'group') ?? '',
    kind: getString(crd, 'spec', 'names', 'kind') ?? '',
    namespaced: getString(crd, 'spec', 'scope') !== 'Cluster',
  }
}

/**
 * Sorts by comparePlaced; then a Namespace or CRD that comes after the first object in it or of it moves right before that object and
 * takes over its phase and wave (Argo CD: `adjustDeps`).
 */
export function orderDesired(objects: readonly DesiredObject[]): DesiredObject[] {
  const sorted = sort(objects)
  const dependencies = new Set<string>()
  for (const object of sorted) {
    const name = provides(object)
    if (name !== undefined) dependencies.add(name)
  }
  if (dependencies.size === 0) return sorted
  const firstUse = new Map<string, number>()
  const ahead = new Map<number, DesiredObject[]>()
  const moved = new Set<number>()
  for (const [index, object] of sorted.entries()) {
    const provided = provides(object)
    if (provided !== undefined) {
      const use = firstUse.get(provided)
      if (use === undefined) continue
      moved.add(index)
      ahead.set(use, [...(ahead.get(use) ?? []), object])
      continue
    }
    for (const needed of needs(object)) {
      if (dependencies.has(needed) && !firstUse.has(needed)) firstUse.set(needed, index)
    }
  }
  if (moved.size === 0) return sorted
  return sorted.flatMap((object, index) => [
    ...(ahead.get(index) ?? []).map((one) => ({ ...one, phase: object.phase, wave: object.wave })),
    ...(moved.has(index) ? [] : [object]),
  ])
}

/** Desired objects mostly arrive sorted; looking is cheaper than sorting. */
function sort(objects: readonly DesiredObject[]): DesiredObject[] {
  for (let index = 1; index < objects.length; index++) {
    if (comparePlaced(objects[index - 1]!, objects[index]!) > 0) return [...objects].sort(comparePlaced)
  }
  return [...objects]
}

function provides(object: DesiredObject): string | undefined {
  if (isNamespace(object.ref)) return `namespace ${object.ref.name}`
  if (!isCrd(object.ref)) return undefined
  const { group, kind } = definedBy(object.object)
  return `kind ${group}/${kind}`
}

function needs(object: DesiredObject): string[] {
  const { group, kind, namespace } = object.ref
  const needed = [`kind ${group}/${kind}`]
  if (namespace !== '') needed.push(`namespace ${namespace}`)
  return needed
}
