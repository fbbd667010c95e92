/** The table of applications: name, sync, health, revision, age, and what is to be said. Pure. */

import { ageText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { shortRevision } from '../../api/verdict/revision.ts'
import { situationText } from '../../api/verdict/verdict.ts'
import type { ApplicationView } from '../../api/views.ts'
import { type Cell, columns } from './columns.ts'
import { healthStyle, type Style, syncStyle } from './style.ts'

export interface TableOptions {
  readonly now: number
  readonly style: Style
  readonly width?: number | undefined
  readonly indent?: number
  readonly header?: boolean
}

/** One line for each application in the order given. The age is that of the younger of both verdicts: when it became what it is. */
export function applicationTable(applications: readonly ApplicationView[], options: TableOptions): string[] {
  const { style, now } = options
  const header = ['NAME', 'SYNC', 'HEALTH', 'REVISION', 'AGE', ''].map((text) => ({ text, paint: style.dim }))
  const rows = applications.map((application): Cell[] => [
    { text: plainLine(application.name) },
    { text: application.sync.status, paint: syncStyle(style, application.sync.status) },
    { text: application.health.status, paint: healthStyle(style, application.health.status) },
    { text: shortRevision(application.revision) },
    { text: ageText(newest(application.sync.since, application.health.since), now) },
    { text: situationText(application, now), paint: style.dim },
  ])
  return columns(options.header ? [header, ...rows] : rows, { width: options.width, indent: options.indent ?? 0 })
}

function newest(a: string, b: string): string {
  return Date.parse(a) > Date.parse(b) ? a : b
}
