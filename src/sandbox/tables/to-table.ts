/** Objects as the rows a server sends to `kubectl get`. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Cell, ColumnDefinition } from './column.ts'
import type { PrinterColumn } from './custom.ts'
import { customColumns } from './custom.ts'
import { builtInColumns } from './registry.ts'

export interface TableInput {
  readonly group: string
  readonly kind: string
  readonly objects: readonly KubeObject[]
  /** Milliseconds since the epoch: what ages count from. */
  readonly now: number
  /** additionalPrinterColumns of a custom kind. */
  readonly columns?: readonly PrinterColumn[]
}

export interface TableContent {
  readonly columnDefinitions: readonly ColumnDefinition[]
  /** One row per object, one cell per column. */
  readonly rows: readonly (readonly Cell[])[]
}

/** Kinds without columns of their own, built in or custom, show name and age. */
export function toTable({ group, kind, objects, now, columns }: TableInput): TableContent {
  const list = (columns === undefined ? builtInColumns[`${group}/${kind}`] : undefined) ?? customColumns(columns)
  return {
    columnDefinitions: list.map(({ cell: _, ...definition }) => definition),
    rows: objects.map((object) => list.map((column) => column.cell(object, now))),
  }
}
