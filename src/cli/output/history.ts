/** `halcyon history APP`: what was applied, newest first. Pure. */

import { ageText, elapsedText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { shortRevision } from '../../api/verdict/revision.ts'
import type { HistoryView } from '../../api/views.ts'
import { type Cell, columns } from './columns.ts'
import type { Style } from './style.ts'

export function historyLines(
  entries: readonly HistoryView[],
  options: { now: number; style: Style; width?: number | undefined },
): string[] {
  if (entries.length === 0) return ['Nothing was applied yet.']
  const { now, style } = options
  const header = ['ID', 'REVISION', 'AGE', 'TOOK', 'PHASE', 'CHANGES', 'BY', ''].map((text) => ({
    text,
    paint: style.dim,
  }))
  const rows = entries.map((entry): Cell[] => [
    { text: String(entry.id) },
    { text: shortRevision(entry.revision) },
    { text: ageText(entry.finishedAt || entry.startedAt, now) },
    { text: tookText(entry) },
    { text: entry.phase, paint: entry.phase === 'Succeeded' ? style.good : style.bad },
    { text: String(entry.changes) },
    { text: plainLine(entry.initiatedBy) },
    { text: storyOf(entry) },
  ])
  return columns([header, ...rows], { width: options.width })
}

function tookText(entry: HistoryView): string {
  const ms = Date.parse(entry.finishedAt) - Date.parse(entry.startedAt)
  return Number.isNaN(ms) ? '-' : elapsedText(ms)
}

/** A success is told by its commit, a failure by what went wrong. */
function storyOf(entry: HistoryView): string {
  if (entry.phase !== 'Succeeded' || entry.commit === undefined) return plainLine(entry.message)
  return plainLine(`"${entry.commit.subject}", ${entry.commit.author}`)
}
