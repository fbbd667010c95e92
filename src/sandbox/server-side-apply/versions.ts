/** The versions a kind is served in, as ownership sees them: fields of a manager are named in the version it wrote. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { StructNode } from '../schema/types.ts'
import { type Comparison, compare } from './compare.ts'
import { ownableComparison } from './reset-fields.ts'

export interface VersionView {
  readonly type: StructNode
  convert(object: KubeObject): KubeObject
}

/** Undefined when the version is no longer served: its managers are forgotten. */
export type VersionOf = (apiVersion: string) => VersionView | undefined

/** Compares two objects in the versions that are asked for, each once. */
export function comparer(
  live: KubeObject,
  next: KubeObject,
  own: { readonly type: StructNode; readonly apiVersion: string },
  versionOf: VersionOf | undefined,
  reset: readonly string[],
): (apiVersion: string) => Comparison | undefined {
  const made = new Map<string, Comparison>()
  return (apiVersion) => {
    let comparison = made.get(apiVersion)
    if (comparison !== undefined) return comparison
    if (apiVersion === own.apiVersion) comparison = compare(live, next, own.type)
    else {
      const view = versionOf?.(apiVersion)
      if (view === undefined) return undefined
      comparison = compare(view.convert(live), view.convert(next), view.type)
    }
    comparison = ownableComparison(comparison, reset)
    made.set(apiVersion, comparison)
    return comparison
  }
}
