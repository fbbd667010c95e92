/** A manifest that leaves the ignored fields of a live object as they are. Pure. */
import { isRecord } from '../../../kube/fields.ts'
import { applyEntryOf, ownsPath } from '../../../kube/managed-fields.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { FieldPath } from './rules.ts'

/**
 * What to apply so that none of `paths` changes: a field that `manager` owns takes the live value, because leaving it out would remove
 * it; a field that it does not own is left out. Paths count in `live`; items of lists are found again by their name. Returns `desired`
 * itself when no path concerns it.
 */
export function leaveFields(
  desired: KubeObject,
  live: KubeObject,
  paths: readonly FieldPath[],
  manager: string,
): KubeObject {
  const owned = applyEntryOf(live, manager)?.fieldsV1
  let result = desired
  // From the back, so that an item that goes does not move those that are still to be found.
  for (const path of [...paths].sort(byLastIndex)) {
    const place = find(result, live, path)
    if (place === undefined) continue
    const keeps = place.inLive && owned !== undefined && ownsPath(owned, live, path)
    result = edited(result, place.path, keeps ? { value: place.liveValue } : undefined) as KubeObject
  }
  return result
}

function byLastIndex(a: FieldPath, b: FieldPath): number {
  const [x, y] = [a.at(-1), b.at(-1)]
  return typeof x === 'number' && typeof y === 'number' ? y - x : b.length - a.length
}

interface Place {
  /** In the manifest. */
  readonly path: FieldPath
  readonly inLive: boolean
  readonly liveValue: unknown
}

/** Undefined when the manifest does not have the field. */
function find(desired: unknown, live: unknown, path: FieldPath): Place | undefined {
  let mine = desired
  let theirs = live
  const found: (string | number)[] = []
  for (const step of path) {
    if (Array.isArray(mine)) {
      const theirItem: unknown = Array.isArray(theirs) ? theirs[Number(step)] : undefined
      const index = sameItem(mine, theirItem, Number(step))
      if (index < 0) return undefined
      found.push(index)
      mine = mine[index]
      theirs = theirItem
      continue
    }
    if (!isRecord(mine) || !Object.hasOwn(mine, String(step))) return undefined
    found.push(String(step))
    mine = mine[String(step)]
    theirs = isRecord(theirs) && Object.hasOwn(theirs, String(step)) ? theirs[String(step)] : undefined
  }
  return { path: found, inLive: theirs !== undefined, liveValue: theirs }
}

/** Lists of named things may be in another order on the two sides; others go by index. */
function sameItem(list: readonly unknown[], item: unknown, index: number): number {
  const name = isRecord(item) ? item['name'] : undefined
  if (typeof name === 'string') return list.findIndex((one) => isRecord(one) && one['name'] === name)
  return index in list ? index : -1
}

/** A copy with one field set or removed; what lies beside the path is shared. */
function edited(value: unknown, path: FieldPath, to: { readonly value: unknown } | undefined): unknown {
  const [step, ...rest] = path
  if (step === undefined) return to?.value
  if (Array.isArray(value)) {
    const index = Number(step)
    if (rest.length === 0 && to === undefined) return value.toSpliced(index, 1)
    return value.with(index, edited(value[index], rest, to))
  }
  const { [String(step)]: before, ...others } = value as Record<string, unknown>
  if (rest.length === 0 && to === undefined) return others
  return { ...others, [String(step)]: edited(before, rest, to) }
}
