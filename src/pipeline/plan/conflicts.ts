/** Two applications that claim one object: found without reading the cluster. Pure functions over an index that the caller keeps. */
import type { DesiredObject } from './types.ts'

/** Who claims which key. One claimant, the rule by far, costs one string. */
export type ClaimIndex = Map<string, string | readonly string[]>

/** The keys an application claims: its objects without hooks, and without CRDs' exception: two charts with one CRD are a conflict as well. */
export function claimedKeys(desired: readonly DesiredObject[]): string[] {
  return desired.filter((object) => object.hook === undefined).map((object) => object.key)
}

/** Replaces what an application claimed before. Returns the keys whose claimants changed and are, or were, contested. */
export function claim(
  index: ClaimIndex,
  application: string,
  before: readonly string[],
  after: readonly string[],
): string[] {
  const contested = new Set<string>()
  const stays = new Set(after)
  const had = new Set(before)
  for (const key of before) {
    if (stays.has(key)) continue
    const others = claimantsOf(index, key).filter((name) => name !== application)
    if (others.length > 0) contested.add(key)
    store(index, key, others)
  }
  for (const key of after) {
    const claimants = claimantsOf(index, key)
    if (claimants.includes(application)) continue
    if (claimants.length > 0 && !had.has(key)) contested.add(key)
    store(index, key, [...claimants, application].sort())
  }
  return [...contested].sort()
}

export function claimantsOf(index: ClaimIndex, key: string): readonly string[] {
  const entry = index.get(key)
  if (entry === undefined) return []
  return typeof entry === 'string' ? [entry] : entry
}

function store(index: ClaimIndex, key: string, claimants: readonly string[]): void {
  const [only] = claimants
  if (only === undefined) index.delete(key)
  else index.set(key, claimants.length === 1 ? only : claimants)
}

/**
 * Who may write a contested object: the application that the live object names, if it still claims it; otherwise the first by name.
 * Stable, so that two applications never take turns.
 */
export function rightfulOwner(claimants: readonly string[], trackedBy: string): string | undefined {
  return claimants.includes(trackedBy) ? trackedBy : [...claimants].sort()[0]
}

export interface Conflict {
  readonly key: string
  readonly owner: string
}

/** The claims of one application that another one wins. `trackedBy` answers for a key the application its live object names, or ''. */
export function conflictsOf(
  index: ClaimIndex,
  application: string,
  keys: readonly string[],
  trackedBy: (key: string) => string,
): Conflict[] {
  const conflicts: Conflict[] = []
  for (const key of keys) {
    const claimants = claimantsOf(index, key)
    if (claimants.length < 2) continue
    const owner = rightfulOwner(claimants, trackedBy(key))
    if (owner !== undefined && owner !== application) conflicts.push({ key, owner })
  }
  return conflicts
}
