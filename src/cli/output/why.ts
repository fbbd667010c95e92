/** `halcyon why APP`: the answer on one screen. Pure. */

import { ageText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { shortRevision } from '../../api/verdict/revision.ts'
import { refText } from '../../api/verdict/verdict.ts'
import type { WhyView } from '../../api/views.ts'
import { columns, wrapText } from './columns.ts'
import type { Style } from './style.ts'

export interface WhyOptions {
  readonly now: number
  readonly style: Style
  readonly width?: number | undefined
}

export function whyLines(why: WhyView, options: WhyOptions): string[] {
  const { style, now } = options
  const width = options.width ?? 100
  const [first = '', ...more] = wrapText(plainLine(why.headline), width)
  const lines = [style.bold(first), ...more.map((line) => style.bold(`  ${line}`))]

  const facts: [string, readonly string[]][] = [
    ['cause', causeLines(why)],
    ['change', changeLines(why, now)],
    ['impact', why.impact.map(plainLine)],
    ['tried', why.tried.map(plainLine)],
  ]
  const rows = facts.flatMap(([label, texts]) => texts.map((text, index) => [index === 0 ? label : '', text]))
  // The labels keep their column whether or not all of them are there.
  if (rows.length > 0) {
    const padded = rows.map(([label, text]) => [{ text: (label ?? '').padEnd(8), paint: style.dim }, text ?? ''])
    lines.push('', ...columns(padded, { width, indent: 2, wrap: true }))
  }
  if (why.next.length > 0) {
    lines.push('', why.next.length === 1 ? '  next' : '  do one of')
    lines.push(
      ...columns(
        why.next.map(({ command, effect }) => [{ text: plainLine(command), paint: style.bold }, plainLine(effect)]),
        { width, indent: 4, gap: 4, wrap: true },
      ),
    )
  }
  return lines
}

function causeLines({ cause }: WhyView): string[] {
  if (cause === undefined) return []
  const owners = cause.chain
    .filter((ref) => refText(ref) !== refText(cause.ref))
    .map((ref) => `${ref.kind} ${ref.name}`)
  const chain = owners.length === 0 ? '' : ` (${owners.join(', ')})`
  const message = plainLine(cause.message)
  return [
    plainLine(`${refText(cause.ref)}${chain}`),
    `${plainLine(cause.reason)}${message === '' ? '' : `: ${message}`}`,
  ]
}

function changeLines({ change }: WhyView, now: number): string[] {
  if (change === undefined) return []
  const age = ageText(change.at, now)
  const lines = [
    plainLine(`${shortRevision(change.sha)} "${change.subject}", ${change.author}${age === '-' ? '' : `, ${age} ago`}`),
  ]
  const [path, ...others] = change.paths
  if (path !== undefined) lines.push(plainLine(`${path}${others.length === 0 ? '' : ` and ${others.length} more`}`))
  if (change.liveBefore !== undefined) lines.push(plainLine(`live before: ${change.liveBefore}`))
  return lines
}
