/** `halcyon status`: how many need a person, then those that do. Pure. */
import type { ApplicationView } from '../../api/views.ts'
import { ageText, durationText } from './age.ts'
import { type Cell, columnRows, textWidth } from './columns.ts'
import { plainLine } from './plain.ts'
import type { Style } from './style.ts'
import { byUrgency, type Group, type Verdict, verdictOf } from './verdict.ts'

export interface StatusSummary {
  readonly needsYou: number
  readonly shipping: number
  readonly waiting: number
  readonly quiet: number
  readonly applications: number
  /** ISO 8601; of the oldest verdict. '' when there are no applications. */
  readonly observedAt: string
}

export function summarise(applications: readonly ApplicationView[], now: number): StatusSummary {
  const counts: Record<Group, number> = { needsYou: 0, shipping: 0, waiting: 0, quiet: 0 }
  let observedAt = ''
  for (const application of applications) {
    counts[verdictOf(application, now).group]++
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

/** The whole answer. Quiet applications are left out unless `all`. */
export function statusLines(
  applications: readonly ApplicationView[],
  options: { now: number; style: Style; width?: number | undefined; all?: boolean },
): string[] {
  const { now, style, width } = options
  const shown = applications
    .filter((application) => options.all || verdictOf(application, now).group !== 'quiet')
    .toSorted(byUrgency(now))
  return [
    summaryLine(summarise(applications, now), now, style, width),
    ...verdictLines(shown, { now, style, width, indent: 2 }),
  ]
}

/** `name  word  age  text`, and below it the command to copy. */
export function verdictLines(
  applications: readonly ApplicationView[],
  options: { now: number; style: Style; width?: number | undefined; indent: number },
): string[] {
  const { now, style, indent } = options
  const verdicts = applications.map((application) => ({ application, verdict: verdictOf(application, now) }))
  const rows = verdicts.map(({ application, verdict }): Cell[] => [
    { text: plainLine(application.name) },
    { text: verdict.word, paint: groupStyle(style, verdict) },
    { text: verdict.group === 'quiet' ? '' : durationSince(verdict.since, now) },
    { text: verdict.text },
  ])
  // Wrapped and not cut: the end of a message is often the part that helps.
  const lines = columnRows(rows, { width: options.width, indent, wrap: true })
  return lines.flatMap((row, index) => {
    const next = verdicts[index]?.verdict.next ?? ''
    return next === '' ? row : [...row, `${' '.repeat(indent + 2)}${next}`]
  })
}

function groupStyle(style: Style, verdict: Verdict): (text: string) => string {
  if (verdict.group === 'needsYou') return style.bad
  return verdict.group === 'quiet' ? style.good : style.busy
}

function durationSince(since: string, now: number): string {
  const at = Date.parse(since)
  return Number.isNaN(at) ? '-' : durationText(now - at)
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
