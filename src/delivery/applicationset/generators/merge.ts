/** The merge generator (Argo CD, Generators-Merge): elements of the first, with what later ones say for the same keys over it. */
import type { ApplicationSetGenerator } from '../../../api/applicationset.ts'
import { canonicalJson } from '../../../kube/canonical.ts'
import { getField } from '../../../kube/fields.ts'
import type { Generation } from '../generation.ts'
import { goText, override } from '../params.ts'
import type { Params } from '../templates.ts'
import type { Child } from './matrix.ts'

export async function mergeParams(
  generators: readonly ApplicationSetGenerator[],
  mergeKeys: readonly string[],
  generation: Generation,
  child: Child,
): Promise<Params[]> {
  if (generators.length < 2) throw new Error(`a merge takes two generators or more, not ${generators.length}`)
  if (mergeKeys.length === 0) throw new Error('mergeKeys is empty')
  const [base, ...others] = await Promise.all(
    generators.map(async (generator, index) => byKey(await child(generator, index), mergeKeys, index)),
  )
  const merged = new Map(base)
  for (const other of others) {
    for (const [key, params] of merged) {
      const over = other.get(key)
      if (over === undefined) continue
      merged.set(key, generation.dialect.goTemplate ? override(params, over) : { ...texts(params), ...texts(over) })
    }
  }
  return [...merged.values()]
}

function byKey(sets: readonly Params[], mergeKeys: readonly string[], index: number): Map<string, Params> {
  const found = new Map<string, Params>()
  for (const params of sets) {
    const key = canonicalJson(Object.fromEntries(mergeKeys.map((name) => [name, valueAt(params, name) ?? null])))
    if (found.has(key)) throw new Error(`generator ${index} of the merge gives two elements with ${key}`)
    found.set(key, params)
  }
  return found
}

/** A key of that name, else the path of that name in the tree. */
function valueAt(params: Params, name: string): unknown {
  return Object.hasOwn(params, name) ? params[name] : getField(params, ...name.split('.'))
}

function texts(params: Params): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, goText(value)]))
}
