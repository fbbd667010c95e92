/** Schedules of sync windows: five cron fields as robfig/cron v3 reads them. Pure. */

/** Which values of each field match. `anyDay`: day of month or day of week was `*` or `?`, and then both must match instead of either. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  readonly anyDay: boolean
  /** Of a `CRON_TZ=` or `TZ=` before the fields. */
  readonly zone: string | undefined
}

interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly names?: readonly string[]
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fields = {
  minutes: { name: 'minute', low: 0, high: 59 },
  hours: { name: 'hour', low: 0, high: 23 },
  days: { name: 'day of month', low: 1, high: 31 },
  months: { name: 'month', low: 1, high: 12, names: monthNames },
  weekdays: { name: 'day of week', low: 0, high: 6, names: weekdayNames },
} as const satisfies Record<string, Field>

/** Argo CD's parser refuses these; Halcyon reads those that have a fixed time. */
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** A schedule that does not parse; the message says which part. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
}

/** Throws ScheduleError. `strict` refuses `@daily` and the like, as Argo CD does. The zone of a prefix is not checked here. */
export function parseSchedule(text: string, strict: boolean): Schedule {
  if (text === '') throw new ScheduleError('it is empty')
  const prefix = /^(?:CRON_)?TZ=(\S*) +(.*)$/s.exec(text)
  if (prefix === null && /^(?:CRON_)?TZ=/.test(text)) throw new ScheduleError('after the time zone come no fields')
  const spec = (prefix?.[2] ?? text).trim()
  const words = wordsOf(spec, strict)
  const found = Object.values(fields).map((field, index) => parseField(words[index]!, field))
  const [minutes, hours, days, months, weekdays] = found as [Values, Values, Values, Values, Values]
  return {
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    anyDay: days.star || weekdays.star,
    zone: prefix?.[1],
  }
}

function wordsOf(spec: string, strict: boolean): string[] {
  if (spec.startsWith('@')) {
    const meaning = strict ? undefined : descriptors[spec]
    if (meaning !== undefined) return meaning.split(' ')
    const hint = strict
      ? 'Argo CD reads five fields and no descriptors'
      : `known are ${Object.keys(descriptors).join(', ')}`
    throw new ScheduleError(`"${spec}" is not understood: ${hint}`)
  }
  const words = spec.split(/\s+/).filter((word) => word !== '')
  if (words.length !== 5) throw new ScheduleError(`wanted are five fields, found ${words.length}`)
  return words
}

interface Values {
  readonly values: ReadonlySet<number>
  readonly star: boolean
}

function parseField(text: string, field: Field): Values {
  const values = new Set<number>()
  let star = false
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = parseRange(part, field)
    star ||= range.star
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
  }
  return { values, star }
}

function parseRange(text: string, field: Field): { from: number; to: number; step: number; star: boolean } {
  const [span = '', stepText, ...more] = text.split('/')
  const ends = span.split('-')
  const fail = (detail: string) => new ScheduleError(`${field.name} "${text}": ${detail}`)
  if (more.length > 0) throw fail('more than one slash')
  if (ends.length > 2 && ends[0] !== '*' && ends[0] !== '?') throw fail('more than one dash')
  const step = stepText === undefined ? 1 : number(stepText, fail)
  if (step === 0) throw fail('a step of 0')
  if (ends[0] === '*' || ends[0] === '?') return { from: field.low, to: field.high, step, star: step === 1 }
  const from = readValue(ends[0] ?? '', field, fail)
  const open = ends.length === 1
  const to = open ? (stepText === undefined ? from : field.high) : readValue(ends[1] ?? '', field, fail)
  if (from < field.low) throw fail(`${from} is below ${field.low}`)
  if (to > field.high) throw fail(`${to} is above ${field.high}`)
  if (from > to) throw fail(`${from} is after ${to}`)
  return { from, to, step, star: false }
}

function readValue(text: string, field: Field, fail: (detail: string) => ScheduleError): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1
  return named >= 0 ? named + field.low : number(text, fail)
}

function number(text: string, fail: (detail: string) => ScheduleError): number {
  if (!/^\+?\d+$/.test(text)) throw fail(`"${text}" is no number`)
  return Number(text)
}

/** Does a calendar day match? As in cron: with both day fields restricted, either one is enough. */
export function dayMatches(schedule: Schedule, day: { month: number; day: number; weekday: number }): boolean {
  if (!schedule.months.has(day.month)) return false
  const byDay = schedule.days.has(day.day)
  const byWeekday = schedule.weekdays.has(day.weekday)
  return schedule.anyDay ? byDay && byWeekday : byDay || byWeekday
}
