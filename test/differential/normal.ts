/** What two servers may answer differently without disagreeing is taken out of a body: uids, times, versions, chosen addresses. Pure. */
import { type Data, isData } from './data.ts'

const TIMES = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'startTime',
])
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
const ADDRESS = /\b10\.(?:9[6-9]|1[01]\d)\.\d{1,3}\.\d{1,3}\b/g
const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\b/g
const NODE_PORT = /^3[0-2]\d{3}$/

/** Versions are kept as letters in order of appearance, so that "unchanged" still shows. */
export class Versions {
  readonly #seen = new Map<string, string>()

  name(version: string): string {
    let name = this.#seen.get(version)
    if (name === undefined) {
      name = `v${this.#seen.size + 1}`
      this.#seen.set(version, name)
    }
    return name
  }
}

export function normal(body: Data, versions: Versions): Data {
  return value(withCauses(body), '', versions) as Data
}

/** The message repeats the causes in the order of the day: what is before them is left. */
function withCauses(body: Data): Data {
  const details = body['details']
  // Of several errors of a configuration the real server finds some, by chance.
  if (typeof body['message'] === 'string' && body['message'].startsWith('failed to create typed patch object')) {
    return { ...body, message: body['message'].replace(/\): .*$/s, '): ERRORS') }
  }
  const message = body['message']
  if (!isData(details) || !Array.isArray(details['causes']) || typeof message !== 'string') return body
  return { ...body, message: message.replace(/(is invalid: |Apply failed with \d+ conflicts?: ).*$/s, '$1') }
}

function value(data: unknown, key: string, versions: Versions): unknown {
  if (typeof data === 'string') return text(data, key, versions)
  if (typeof data === 'number')
    return /^(healthCheckN|n)odePort$/.test(key) && NODE_PORT.test(String(data)) ? 'NODE-PORT' : data
  if (Array.isArray(data)) {
    const items = data.map((item) => value(item, '', versions))
    if (key === 'causes') return withoutRepeats(items)
    if (key === 'items') return items.map(withoutKind)
    return key === 'managedFields' ? items.sort(byManager) : items
  }
  if (!isData(data)) return data
  const result: Data = {}
  for (const name of Object.keys(data).sort()) {
    result[name] = value(data[name], name, versions)
  }
  return result
}

function text(data: string, key: string, versions: Versions): string {
  if (key === 'resourceVersion' && /^\d+$/.test(data)) return versions.name(data)
  if (TIMES.has(key)) return 'TIME'
  return wording(data)
    .replace(UUID, 'UID')
    .replace(ADDRESS, 'ADDRESS')
    .replace(ISO, 'TIME')
    .replace(/kube-api-access-\w{5}/g, 'ACCESS')
}

/** In lists the real server leaves out what all items share. */
function withoutKind(item: unknown): unknown {
  if (!isData(item)) return item
  const { apiVersion: _version, kind: _kind, ...rest } = item
  return rest
}

/** Two layers of the real server check metadata on an update, and both complain. */
function withoutRepeats(causes: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  const kept = causes.filter((cause) => {
    const key = JSON.stringify(cause)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  // Fields of custom kinds and managers in conflict are told in no order.
  return kept.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** Messages end here for people: behind it the real server prints a comparison of its own structs. */
const CUT = /(immutable after creation[^\n\]]*|if it was previously negative\))(?:\n.*?)?(?=\]$|$)/s

/** Go prints its own structs into messages: what people read is the rest. */
function wording(text: string): string {
  if (!/ value: |in record|Key: /.test(text) && !CUT.test(text)) return text
  if (text.startsWith('Invalid value: "{')) return `Invalid value: PATCHED${text.slice(text.lastIndexOf('": '))}`
  let result = ''
  let rest = text
    .replace(CUT, '$1')
    .replace(/in record \(\d+\)/, 'in record (N)')
    .replace(/Key: \S+,/, 'Key: KEY,')
  for (;;) {
    const match = /(?:Invalid|Unsupported|Duplicate) value: (?=[{[]|null)/.exec(rest)
    if (match === null) return result + rest
    const start = match.index + match[0].length
    result += `${rest.slice(0, start)}VALUE`
    rest = rest.slice(start + lengthOfValue(rest.slice(start)))
  }
}

/** Of the JSON value a text begins with. */
function lengthOfValue(text: string): number {
  if (text.startsWith('null')) return 4
  let depth = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (quoted) {
      if (character === '\\') index++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return index + 1
  }
  return text.length
}

/** Entries are ordered by time, and two servers do not see a second begin together: order is the stories' matter. */
function byManager(a: unknown, b: unknown): number {
  const left = keyOf(a)
  const right = keyOf(b)
  return left < right ? -1 : left > right ? 1 : 0
}

function keyOf(entry: unknown): string {
  if (!isData(entry)) return ''
  return [entry['operation'], entry['manager'], entry['apiVersion'], entry['subresource'] ?? ''].join('/')
}

/** Where two values differ, as paths with both sides; at most a few. */
export function differences(left: unknown, right: unknown, path = ''): string[] {
  if (Object.is(left, right)) return []
  if (Array.isArray(left) && Array.isArray(right)) {
    const found: string[] = []
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      found.push(...differences(left[index], right[index], `${path}[${index}]`))
    }
    return found
  }
  if (isData(left) && isData(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(left[key], right[key], `${path}.${key}`),
    )
  }
  return [`${path}: sandbox ${short(left)} | real ${short(right)}`]
}

function short(data: unknown): string {
  const shown = JSON.stringify(data) ?? 'absent'
  return shown.length > 1200 ? `${shown.slice(0, 1200)}...` : shown
}
