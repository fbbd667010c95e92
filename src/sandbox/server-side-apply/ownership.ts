/** Takes fields away from the managers who lose them when somebody else writes. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import type { Comparison } from './compare.ts'
import type { FieldConflict } from './conflicts.ts'
import { difference, intersection, isEmpty, union } from './field-set.ts'
import type { Managers } from './managers.ts'

/** Fields that `writer` changes or adds and others own already. */
export function conflictsOf(managers: Managers, writer: string, comparison: Comparison): FieldConflict[] {
  const touched = union(comparison.modified, comparison.added)
  if (isEmpty(touched)) return []
  const conflicts: FieldConflict[] = []
  for (const [key, manager] of managers) {
    if (key === writer) continue
    const fields = intersection(manager.fields, touched)
    if (!isEmpty(fields)) conflicts.push({ manager, fields })
  }
  return conflicts
}

/** Everyone but the writer loses the given fields. Changes the map. */
export function takeAway(managers: Managers, writer: string, fields: FieldsV1): void {
  if (isEmpty(fields)) return
  for (const [key, manager] of managers) {
    if (key === writer) continue
    const left = difference(manager.fields, fields)
    if (isEmpty(left)) managers.delete(key)
    else if (left !== manager.fields) managers.set(key, { ...manager, fields: left })
  }
}
