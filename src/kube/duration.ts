/** Durations as Go writes them (`1h30m`, `500ms`): Kubernetes, Argo CD and Flux use them everywhere. Pure. */

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

const whole = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g

/** Milliseconds, or undefined when the text is no duration. As in Go, a number needs a unit, except `0`; there are no days. */
export function parseDuration(text: string): number | undefined {
  const match = whole.exec(text)
  if (match === null) return undefined
  let total = 0
  for (const [, amount, unit] of match[2]!.matchAll(part)) total += Number(amount) * unitMs[unit!]!
  return match[1] === '-' && total !== 0 ? -total : total
}

/** `1h30m0s`, `1.5s`, `250ms`, `0s`: what Go's Duration.String prints, to the nanosecond. */
export function printDuration(ms: number): string {
  const sign = ms < 0 ? '-' : ''
  const amount = Math.abs(ms)
  if (amount === 0) return '0s'
  if (amount < 1e-3) return `${sign}${trimmed(amount * 1e6, 0)}ns`
  if (amount < 1) return `${sign}${trimmed(amount * 1e3, 3)}µs`
  if (amount < 1_000) return `${sign}${trimmed(amount, 6)}ms`
  const hours = Math.floor(amount / 3_600_000)
  const minutes = Math.floor((amount % 3_600_000) / 60_000)
  const seconds = trimmed((amount % 60_000) / 1_000, 9)
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
