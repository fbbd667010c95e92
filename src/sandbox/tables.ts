/** Server-side printing: what the edge needs to know of tables, and which requests want one. Pure. */
import type { KubeObject } from '../kube/object.ts'
import { negotiate } from './negotiation.ts'
import type { PrinterColumn, Resource } from './resources.ts'

export interface TableColumn {
  name: string
  type: string
  format?: string
  description?: string
  priority?: number
}

/** One row of cells per object, in order. */
export interface Cells {
  columnDefinitions: readonly TableColumn[]
  rows: readonly (readonly unknown[])[]
}

export interface TableInput {
  group: string
  kind: string
  objects: readonly KubeObject[]
  /** Milliseconds since the epoch. */
  now: number
  /** Additional printer columns of a CRD. */
  columns?: readonly PrinterColumn[]
}

export type ToTable = (input: TableInput) => Cells

export function wantsTable(accept: string): boolean {
  return negotiate(accept)?.as === 'Table'
}

export function wantsMetadataOnly(accept: string): boolean {
  return negotiate(accept)?.as.startsWith('PartialObjectMetadata') === true
}

/** The Table document that kubectl prints. `includeObject` is what the query said: rows carry metadata unless told otherwise. */
export function tableOf(
  toTable: ToTable,
  resource: Resource,
  objects: readonly KubeObject[],
  options: { now: number; includeObject: string | null; metadata: Record<string, unknown> },
): Record<string, unknown> {
  const cells = toTable({
    group: resource.group,
    kind: resource.kind,
    objects,
    now: options.now,
    ...(resource.custom !== undefined && { columns: resource.custom.columns }),
  })
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: cells.columnDefinitions.map((column) => ({
      format: '',
      description: '',
      priority: 0,
      ...column,
    })),
    rows: cells.rows.map((row, index) => ({ cells: row, ...objectOf(objects[index]!, options.includeObject) })),
  }
}

function objectOf(object: KubeObject, include: string | null): Record<string, unknown> {
  if (include === 'None') return {}
  return { object: include === 'Object' ? object : metadataOnly(object) }
}

export function metadataOnly(object: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
