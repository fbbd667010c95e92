/** Time for people: how long ago, how long it took. Pure. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** `3 s`, `22 min`, `4 h`, `6 d`: whole units, rounded down; below a second and for the future `0 s`. */
export function durationText(ms: number): string {
  if (!(ms >= 1000)) return '0 s'
  if (ms < 2 * minute) return `${Math.floor(ms / 1000)} s`
  if (ms < 2 * hour) return `${Math.floor(ms / minute)} min`
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`
  return `${Math.floor(ms / day)} d`
}

/** `6.4 s` below a minute, else as durationText: for "after ..." where tenths matter. */
export function elapsedText(ms: number): string {
  return ms < minute ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : durationText(ms)
}

/** The age of an ISO time; '-' when there is none. */
export function ageText(iso: string | undefined, now: number): string {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? '-' : durationText(now - at)
}

/** `01:52` today, `2026-11-16 09:31` on other days; in the local time zone unless told otherwise. */
export function clockText(iso: string | undefined, now: number, timeZone?: string): string {
  const at = Date.parse(iso ?? '')
  if (Number.isNaN(at)) return '-'
  const parts = (time: number) =>
    new Intl.DateTimeFormat('sv-SE', {
      dateStyle: 'short',
      timeStyle: 'short',
      ...(timeZone !== undefined && { timeZone }),
    }).format(time)
  const [date = '', time = ''] = parts(at).split(' ')
  return parts(now).startsWith(date) ? time : `${date} ${time}`
}
