/** A plan as people read it. Used by the CLI, the API and the tests alike. Pure. */
import type { FieldChange } from '../../api/views.ts'
import { type ObjectRef, refText } from '../../kube/object.ts'
import { diffLines } from '../diff/text.ts'
import type { Change, Plan } from './types.ts'
import { allChanges, tallyOf } from './verdict.ts'

export interface PrintOptions {
  /** Columns of the terminal; default 80. Headings are never cut, values are. */
  readonly width?: number
  /** The subject of the commit, shown after `changed in 1b22f01`. */
  readonly subject?: string
}

const signs: Readonly<Record<Change['action'], string>> = { create: '+', update: '~', prune: '-', hook: '+', skip: '=' }

/**
 * One heading per change (`~` update, `+` create or hook, `-` delete, `=` kept), the fields under it, and a closing sentence.
 * `fieldChanges` holds masked values by key (diff/fields.ts `diffObjects`); what claims to be a Secret's value without a mask is
 * not printed.
 */
export function printPlan(
  plan: Plan,
  fieldChanges: ReadonlyMap<string, readonly FieldChange[]> = new Map(),
  options: PrintOptions = {},
): string {
  const changes = allChanges(plan)
  const refusal = plan.refused === undefined ? [] : [plan.refused.message, '']
  if (changes.length === 0) return [...refusal, `No differences: ${plan.application} is as Git says.`].join('\n')
  const width = options.width ?? 80
  const nameWidth = Math.min(46, Math.max(...changes.map((change) => refText(change.ref).length)))
  const placeWidth = Math.max(...changes.map((change) => placeText(change).length))
  const lines = changes.flatMap((change) => [
    heading(change, nameWidth, placeWidth, options.subject),
    ...fieldLines(change.ref, fieldChanges.get(change.key) ?? [], width),
  ])
  return [...refusal, ...lines, '', summary(plan)].join('\n')
}

function heading(change: Change, nameWidth: number, placeWidth: number, subject: string | undefined): string {
  const name = refText(change.ref).padEnd(nameWidth)
  const because = change.action === 'hook' ? 'hook' : change.reason
  const quoted = subject !== undefined && because.startsWith('changed in ') ? `${because} "${subject}"` : because
  return `${signs[change.action]} ${name}   ${placeText(change).padEnd(placeWidth)}   ${quoted}`.trimEnd()
}

/** `wave 2`; other phases than Sync by name, with the wave when there is one. */
function placeText(change: Change): string {
  if (change.phase === 'Sync') return `wave ${change.wave}`
  return change.wave === 0 ? change.phase : `${change.phase} ${change.wave}`
}

function fieldLines(ref: ObjectRef, fields: readonly FieldChange[], width: number): string[] {
  const pathWidth = Math.min(60, Math.max(0, ...fields.map((field) => field.path.length)))
  return fields.flatMap((field) => fieldText(safe(ref, field), pathWidth, width))
}

function fieldText(field: FieldChange, pathWidth: number, width: number): string[] {
  const lines = multiLine(field)
  if (lines !== undefined) return [`    ${field.path}`, ...lines.map((line) => clip(`      ${line}`, width))]
  const values = valuesText(field)
  const oneLine = `    ${field.path.padEnd(pathWidth)}   ${values}`
  if (oneLine.length <= width) return [oneLine]
  return [`    ${field.path}`, clip(`      ${values}`, width)]
}

function valuesText(field: FieldChange): string {
  if (field.before === undefined) return `added ${plain(field.after ?? '')}`
  if (field.after === undefined) return `removed, was ${plain(field.before)}`
  return `${plain(field.before)} -> ${plain(field.after)}`
}

const shownLines = 8

/** Both sides are texts and one has several lines: only the lines that differ. */
function multiLine(field: FieldChange): string[] | undefined {
  const before = textOf(field.before)
  const after = textOf(field.after)
  if (before === undefined || after === undefined || !`${before}${after}`.trimEnd().includes('\n')) return undefined
  const changes = diffLines(before, after)
  const shown = changes.slice(0, shownLines).map((change) => `${change.sign} ${change.text}`)
  const rest = changes.length - shown.length
  return rest > 0 ? [...shown, `and ${rest} more lines`] : shown
}

/** The text behind a JSON string; undefined for other values and for values that were cut. */
function textOf(json: string | undefined): string | undefined {
  if (json === undefined || !json.startsWith('"') || !json.endsWith('"')) return undefined
  try {
    return String(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** Quotes only where they matter: an empty text, or one that reads as another type. */
function plain(json: string): string {
  const text = textOf(json)
  if (text === undefined) return json
  return /^[^\s"'{}[\]]+$/.test(text) && !/^(true|false|null|[-+\d.]+)$/.test(text) ? text : json
}

function safe(ref: ObjectRef, field: FieldChange): FieldChange {
  if (ref.kind !== 'Secret' || ref.group !== '' || !/^(data|stringData)\b/.test(field.path)) return field
  return {
    path: field.path,
    ...(field.before === undefined ? {} : { before: masked(field.before) }),
    ...(field.after === undefined ? {} : { after: masked(field.after) }),
  }
}

function masked(json: string): string {
  return /^"\*\*\*[0-9a-f]*"$/.test(json) ? json : '"***"'
}

function clip(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`
}

/** `1 change, 1 delete, 1 hook.` */
function summary(plan: Plan): string {
  const tally = tallyOf(plan)
  const parts = [
    count(tally.create, 'new object', 'new objects'),
    count(tally.update, 'change', 'changes'),
    count(tally.prune, 'delete', 'deletes'),
    count(tally.hook, 'hook', 'hooks'),
    count(tally.skip, 'kept', 'kept'),
  ]
  return `${parts.filter((part) => part !== '').join(', ')}.`
}

function count(number: number, one: string, many: string): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`
}
