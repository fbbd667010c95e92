/** `halcyon status`: how many need a person, then those that do. Pure. */

import { ageText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { byUrgency, type Group, type Verdict, verdictsOf } from '../../api/verdict/verdict.ts'
import type { ApplicationView } from '../../api/views.ts'
import { type Cell, columnRows, textWidth } from './columns.ts'
import type { Style } from './style.ts'

export interface StatusSummary {
  readonly needsYou: number
  readonly shipping: number
  readonly waiting: number
  readonly quiet: number
  readonly applications: number
  /** ISO 8601; of the oldest verdict. '' when there are no applications. */
  readonly observedAt: string
}

export function summarise(
  applications: readonly ApplicationView[],
  now: number,
  verdicts = verdictsOf(applications, now),
): StatusSummary {
  const counts: Record<Group, number> = { needsYou: 0, shipping: 0, waiting: 0, quiet: 0 }
  let observedAt = ''
  for (const application of applications) {
    counts[verdicts.get(application.name)?.group ?? 'quiet']++
    if (observedAt === '' || Date.parse(application.observedAt) < Date.parse(observedAt)) {
      observedAt = application.observedAt
    }
  }
  return { ...counts, applications: applications.length, observedAt }
}

/** The first line answers: does anything need me? */
export function summaryLine(summary: StatusSummary, now: number, style: Style, width = 80): string {
  const total = `${counted(summary.applications, 'application')}, ${ageText(summary.observedAt, now)} old`
  if (summary.applications === 0) return 'No applications.'
  if (summary.quiet === summary.applications) return `${style.good('All quiet')}: ${total}`
  const parts: [number, string, (text: string) => string][] = [
    [summary.needsYou, summary.needsYou === 1 ? 'needs you' : 'need you', style.bad],
    [summary.shipping, 'shipping', style.busy],
    [summary.waiting, 'waiting', style.busy],
    [summary.quiet, 'quiet', style.good],
  ]
  const shown = parts.filter(([count]) => count > 0)
  const plain = shown.map(([count, word]) => `${count} ${word}`).join('   ')
  const painted = shown.map(([count, word, paint]) => paint(`${count} ${word}`)).join('   ')
  return painted + ' '.repeat(Math.max(3, Math.min(width, 100) - textWidth(plain) - total.length)) + total
}

/** The whole answer. Quiet applications are left out unless `all`; `only` limits what is listed and counted. */
export function statusLines(
  applications: readonly ApplicationView[],
  options: { now: number; style: Style; width?: number | undefined; all?: boolean; only?: ReadonlySet<string> },
): string[] {
  const { now, style, width, only } = options
  const verdicts = verdictsOf(applications, now)
  const meant = applications.filter(({ name }) => only?.has(name) ?? true)
  const shown = meant
    .filter(({ name }) => options.all || verdicts.get(name)?.group !== 'quiet')
    .toSorted(byUrgency(verdicts))
  return [
    summaryLine(summarise(meant, now, verdicts), now, style, width),
    ...verdictLines(shown, verdicts, { now, style, width, indent: 2 }),
  ]
}

/** `name  word  age  text`, and below it the command to copy. */
export function verdictLines(
  applications: readonly ApplicationView[],
  verdicts: ReadonlyMap<string, Verdict>,
  options: { now: number; style: Style; width?: number | undefined; indent: number },
): string[] {
  const { now, style, indent } = options
  const listed = applications.flatMap((application) => {
    const verdict = verdicts.get(application.name)
    return verdict === undefined ? [] : [{ application, verdict }]
  })
  const rows = listed.map(({ application, verdict }): Cell[] => [
    { text: plainLine(application.name) },
    { text: verdict.word, paint: groupStyle(style, verdict) },
    { text: verdict.group === 'quiet' ? '' : ageText(verdict.since, now) },
    { text: verdict.text },
  ])
  // Wrapped and not cut: the end of a message is often the part that helps.
  const lines = columnRows(rows, { width: options.width, indent, wrap: true })
  return lines.flatMap((row, index) => {
    const next = listed[index]?.verdict.next ?? ''
    return next === '' ? row : [...row, `${' '.repeat(indent + 2)}${next}`]
  })
}

function groupStyle(style: Style, verdict: Verdict): (text: string) => string {
  if (verdict.group === 'needsYou') return style.bad
  return verdict.group === 'quiet' ? style.good : style.busy
}

/** 12345 as `12,345`. By hand: the first use of Intl costs 15 ms, much of what a short command takes. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}
