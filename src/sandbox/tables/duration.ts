/** Ages as kubectl prints them: fewer units the older something is. Pure. */

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** 119s, 5m30s, 15m, 3h20m, 30h, 7d4h, 400d, 3y10d. Up to a second in the future counts as now. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < -1 || Number.isNaN(seconds)) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * minute) return `${seconds}s`
  if (seconds < 10 * minute) return pair(seconds, minute, 'm', 1, 's')
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`
  if (seconds < 8 * hour) return pair(seconds, hour, 'h', minute, 'm')
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`
  if (seconds < 8 * day) return pair(seconds, day, 'd', hour, 'h')
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`
  if (seconds < 8 * year) return pair(seconds, year, 'y', day, 'd')
  return `${Math.floor(seconds / year)}y`
}

function pair(seconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % big) / small)
  const first = `${Math.floor(seconds / big)}${bigName}`
  return rest === 0 ? first : `${first}${rest}${smallName}`
}

/** Time since an RFC 3339 timestamp; `<unknown>` without one. */
export function since(time: unknown, now: number): string {
  if (typeof time !== 'string') return '<unknown>'
  const at = Date.parse(time)
  return Number.isNaN(at) ? '<invalid>' : humanDuration(now - at)
}
