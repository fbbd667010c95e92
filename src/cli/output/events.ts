/** `halcyon events`: the log, one line each. Pure. */

import { plainLine } from '../../api/verdict/plain.ts'
import type { EventView } from '../../api/views.ts'
import { cut } from './columns.ts'
import type { Style } from './style.ts'

export interface EventOptions {
  readonly now: number
  readonly style: Style
  readonly width?: number | undefined
  /** For tests; people get their own zone. */
  readonly timeZone?: string
}

/** `02:15:07  shop-production  SyncSucceeded  3 objects`; the date comes first when it is not today. */
export function eventLine(event: EventView, options: EventOptions): string {
  const { style } = options
  const time = timeText(event.at, options)
  const head = `${time}  ${plainLine(event.application).padEnd(18)}  ${event.type.padEnd(16)}`
  const message = plainLine(event.message)
  const text = message === '' ? head.trimEnd() : `${head}  ${message}`
  const line = options.width === undefined ? text : cut(text, Math.max(60, options.width))
  return isBad(event) ? style.bad(line) : line
}

/** A reason is given to what went wrong, and only to that. */
function isBad(event: EventView): boolean {
  return event.reason !== undefined || event.type.endsWith('Failed')
}

/** The time in the reader's zone; with the date when it is not today. */
export function timeText(iso: string, { now, timeZone }: Pick<EventOptions, 'now' | 'timeZone'>): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return '-'.padEnd(8)
  const format = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    ...(timeZone !== undefined && { timeZone }),
  })
  const [date = '', time = ''] = format.format(at).split(' ')
  return format.format(now).startsWith(date) ? time : `${date} ${time}`
}
