/** Validation of schedules and time zones, with the words of the library that the real server parses them with. Pure. */

const FIELDS = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { least: 0, most: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const

type CronField = (typeof FIELDS)[number]

const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])

/** What is wrong with a schedule; at most one complaint about its form. */
export function cronErrors(schedule: string): string[] {
  const errors: string[] = []
  const rest = schedule.replace(/^(CRON_)?TZ=\S*\s+/, '')
  const wrong = rest.startsWith('@') ? descriptorError(rest) : fieldsError(rest)
  if (wrong !== undefined) errors.push(wrong)
  if (schedule.includes('TZ')) errors.push('cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  return errors
}

function descriptorError(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined
  if (text.startsWith('@every ')) {
    const duration = text.slice('@every '.length)
    return /^(\d+(\.\d+)?(h|m|s|ms))+$/.test(duration)
      ? undefined
      : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`
  }
  return `unrecognized descriptor: ${text}`
}

function fieldsError(text: string): string | undefined {
  const parts = text.split(/\s+/).filter((part) => part !== '')
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`
  for (const [index, part] of parts.entries()) {
    for (const range of part.split(',')) {
      const wrong = rangeError(range, FIELDS[index]!)
      if (wrong !== undefined) return wrong
    }
  }
  return undefined
}

function rangeError(range: string, field: CronField): string | undefined {
  const [span = '', step, ...more] = range.split('/')
  if (more.length > 0) return `too many slashes: ${range}`
  const [low = '', high, ...rest] = span.split('-')
  if (rest.length > 0) return `too many hyphens: ${range}`
  let start = field.least as number
  let end = field.most as number
  if (low !== '*' && low !== '?') {
    const from = numberOf(low, field)
    if (from === undefined) return parseError(low)
    start = from
    end = from
    if (high !== undefined) {
      const to = numberOf(high, field)
      if (to === undefined) return parseError(high)
      end = to
    } else if (step !== undefined) end = field.most
  }
  if (step !== undefined) {
    if (!/^\d+$/.test(step)) return parseError(step)
    if (Number(step) === 0) return `step of range should be a positive number: ${range}`
  }
  if (start < field.least) return `beginning of range (${start}) below minimum (${field.least}): ${range}`
  if (end > field.most) return `end of range (${end}) above maximum (${field.most}): ${range}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`
  return undefined
}

function parseError(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
}

function numberOf(text: string, field: CronField): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const index = 'names' in field ? (field.names as readonly string[]).indexOf(text.toLowerCase()) : -1
  return index < 0 ? undefined : index + field.least
}

export function timeZoneErrors(zone: unknown): string[] {
  if (typeof zone !== 'string') return []
  if (zone === '') return ['timeZone must be nil or non-empty string']
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return []
  } catch {
    return [`unknown time zone ${zone}`]
  }
}
