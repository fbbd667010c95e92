/** Fields that an applier wants to change and others own: who, which, and how the API server says so. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import { paths, pathText } from './field-set.ts'
import type { Manager } from './managers.ts'

export interface FieldConflict {
  readonly manager: Manager
  readonly fields: FieldsV1
}

/** Thrown by an apply without force. */
export class ApplyConflict extends Error {
  override readonly name = 'ApplyConflict'
  readonly causes: readonly { reason: 'FieldManagerConflict'; message: string; field: string }[]

  constructor(conflicts: readonly FieldConflict[]) {
    const rows = rowsOf(conflicts)
    super(messageOf(rows))
    this.causes = rows.map((row) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${row.manager}`,
      field: row.path,
    }))
  }
}

interface Row {
  manager: string
  path: string
}

function rowsOf(conflicts: readonly FieldConflict[]): Row[] {
  return conflicts.flatMap(({ manager, fields }) =>
    paths(fields).map((path) => ({ manager: managerText(manager), path: pathText(path) })),
  )
}

function messageOf(rows: readonly Row[]): string {
  const first = rows[0]
  if (rows.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`
  }
  const groups = [...Map.groupBy(rows, (row) => row.manager)].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = groups.map(
    ([manager, list]) => `conflicts with ${manager}:\n${list.map((row) => `- ${row.path}`).join('\n')}`,
  )
  return `Apply failed with ${rows.length} conflicts: ${text.join('\n')}`
}

function managerText(manager: Manager): string {
  const quoted = JSON.stringify(manager.name)
  const name = manager.subresource === '' ? quoted : `${quoted} with subresource ${JSON.stringify(manager.subresource)}`
  return manager.operation === 'Apply' ? name : `${name} using ${manager.apiVersion}`
}
