/** A table column with the way to its cell, and the columns many kinds share. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { since } from './duration.ts'
import { listAt, numberAt, textAt } from './fields.ts'
import { selectorText } from './selector-text.ts'

/** As `meta.k8s.io/v1` TableColumnDefinition. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0 = always shown, 1 = with `-o wide`. */
  readonly priority: number
}

export type Cell = string | number | boolean | null

export interface Column extends ColumnDefinition {
  readonly cell: (object: KubeObject, now: number) => Cell
}

type CellOf = Column['cell']

export function text(name: string, cell: CellOf, description = ''): Column {
  return { name, type: 'string', format: '', description, priority: 0, cell }
}

export function integer(name: string, cell: (object: KubeObject) => number, description = ''): Column {
  return { name, type: 'integer', format: '', description, priority: 0, cell }
}

export function boolean(name: string, cell: (object: KubeObject) => boolean, description = ''): Column {
  return { name, type: 'boolean', format: '', description, priority: 0, cell }
}

/** The same column, shown only with `-o wide`. */
export function wide(column: Column): Column {
  return { ...column, priority: 1 }
}

/** A number at a path; 0 when it is missing. */
export function count(name: string, ...path: string[]): Column {
  return integer(name, (object) => numberAt(object, ...path))
}

/** A string at a path, or the fallback. */
export function field(name: string, path: string[], fallback = ''): Column {
  return text(name, (object) => textAt(object, path, fallback))
}

export const nameColumn: Column = {
  ...text('Name', (object) => object.metadata.name ?? '', 'Name must be unique within a namespace.'),
  format: 'name',
}

export const ageColumn: Column = text(
  'Age',
  (object, now) => since(object.metadata.creationTimestamp, now),
  'Time since the object was created.',
)

/** Containers and Images of the pod spec at a path. */
export function containerColumns(...podSpec: string[]): Column[] {
  const list = (object: KubeObject, member: string) =>
    listAt(object, ...podSpec, 'containers')
      .map((container) => textAt(container, [member]))
      .join(',')
  return [
    wide(text('Containers', (object) => list(object, 'name'))),
    wide(text('Images', (object) => list(object, 'image'))),
  ]
}

/** Selector of the label selector at a path. */
export function selectorColumn(...path: string[]): Column {
  return wide(text('Selector', (object) => selectorText(object, ...path)))
}
