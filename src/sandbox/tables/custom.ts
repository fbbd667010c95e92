/** Kinds of CustomResourceDefinitions: their name and their additionalPrinterColumns. Pure. */
import type { Cell, Column } from './column.ts'
import { ageColumn, nameColumn } from './column.ts'
import { since } from './duration.ts'
import { evaluate } from './json-path.ts'

/** As `additionalPrinterColumns` has it. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
  readonly format?: string
  readonly description?: string
}

/** Without columns of its own a kind shows its age. */
export function customColumns(columns: readonly PrinterColumn[] | undefined): readonly Column[] {
  if (columns === undefined || columns.length === 0) return [nameColumn, ageColumn]
  return [
    nameColumn,
    ...columns.map(({ name, type, jsonPath, priority = 0, format = '', description = '' }) => ({
      name,
      type,
      format,
      description,
      priority,
      cell: (object: unknown, now: number) => cellOf(type, evaluate(jsonPath, object)?.[0], now),
    })),
  ]
}

/** A value of another type than the column's shows nothing; strings show whatever is there. */
function cellOf(type: string, value: unknown, now: number): Cell {
  if (value === undefined) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? since(value, now) : '<invalid>'
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}
