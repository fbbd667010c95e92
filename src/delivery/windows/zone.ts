/** Time zones: offsets and local times, from the zone data of the runtime. Pure. */

/** A zone of the IANA data. */
export interface Zone {
  readonly name: string
  /** Local time minus UTC at this moment, in ms. */
  offsetAt(at: number): number
}

const utc: Zone = { name: 'UTC', offsetAt: () => 0 }
const zones = new Map<string, Zone | undefined>()
/** Zones change their offset at whole quarters of an hour. */
const quarter = 900_000
const cacheLimit = 4_096

/** Undefined for an unknown zone. '' is UTC, as in Go. Names are those of the data: `europe/berlin` and `+02:00` are unknown. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  if (!zones.has(name)) zones.set(name, open(name))
  return zones.get(name)
}

function open(name: string): Zone | undefined {
  if (!/^[A-Z]/.test(name) || /\/[a-z]/.test(name.replace(/\/(?:of|es)\b/g, ''))) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const known = new Map<number, number>()
  return {
    name,
    offsetAt(at) {
      const slot = Math.floor(at / quarter)
      let offset = known.get(slot)
      if (offset === undefined) {
        if (known.size >= cacheLimit) known.clear()
        offset = compute(format, slot * quarter)
        known.set(slot, offset)
      }
      return offset
    },
  }
}

function compute(format: Intl.DateTimeFormat, at: number): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const part = (type: string) => Number(parts[type])
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - at
}

/** The moments at which clocks in the zone show this local time (ms as if it were UTC): none in a gap, two when it is repeated. */
export function momentsOf(zone: Zone, local: number): readonly number[] {
  const before = zone.offsetAt(local - 86_400_000)
  const after = zone.offsetAt(local + 86_400_000)
  const moments = before === after ? [local - before] : [local - before, local - after]
  return moments.filter((at) => zone.offsetAt(at) === local - at).sort((a, b) => a - b)
}

/** The moment of a local time that exists once: the first when it is repeated, and in a gap that as if the clocks had not been set yet. */
export function momentOf(zone: Zone, local: number): number {
  return momentsOf(zone, local)[0] ?? local - zone.offsetAt(local - 86_400_000)
}

/** When the offset changes next, at the latest by `limit`; undefined when it does not. */
export function nextTransition(zone: Zone, from: number, limit: number): number | undefined {
  const offset = zone.offsetAt(from)
  let low = from
  for (let at = from; at < limit; ) {
    at = Math.min(limit, at + 7 * 86_400_000)
    if (zone.offsetAt(at) !== offset) {
      let high = at
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (zone.offsetAt(middle) === offset) low = middle
        else high = middle
      }
      return high
    }
    low = at
  }
  return undefined
}
