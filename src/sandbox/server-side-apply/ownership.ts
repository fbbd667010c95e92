/** Takes fields away from the managers who lose them when somebody else writes. Pure. */
import type { Comparison } from './compare.ts'
import type { FieldConflict } from './conflicts.ts'
import { difference, intersection, isEmpty, union } from './field-set.ts'
import type { Managers } from './managers.ts'

/** Fields that a writer changes or adds and others own already. `comparisonIn` tells the change in the version a manager wrote. */
export function conflictsOf(
  managers: Managers,
  writer: string,
  comparisonIn: (apiVersion: string) => Comparison | undefined,
): FieldConflict[] {
  const conflicts: FieldConflict[] = []
  for (const [key, manager] of managers) {
    if (key === writer) continue
    const comparison = comparisonIn(manager.apiVersion)
    if (comparison === undefined) continue
    const fields = intersection(manager.fields, union(comparison.modified, comparison.added))
    if (!isEmpty(fields)) conflicts.push({ manager, fields })
  }
  return conflicts
}

/** Everyone but the writer loses what changed. Managers of versions that are gone, and those left with nothing, go. Changes the map. */
export function takeAway(
  managers: Managers,
  writer: string | undefined,
  comparisonIn: (apiVersion: string) => Comparison | undefined,
): void {
  for (const [key, manager] of managers) {
    if (key === writer) continue
    const comparison = comparisonIn(manager.apiVersion)
    if (comparison === undefined) {
      managers.delete(key)
      continue
    }
    const { added, modified, removed } = comparison
    if (isEmpty(added) && isEmpty(modified) && isEmpty(removed)) continue
    const left = difference(difference(manager.fields, union(modified, added)), removed)
    if (isEmpty(left)) managers.delete(key)
    else if (left !== manager.fields) managers.set(key, { ...manager, fields: left })
  }
}
