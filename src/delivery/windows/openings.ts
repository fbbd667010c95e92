/** When a schedule opens: the moments it names, in both ways to count time across a change of the clocks. Pure. */
import { dayMatches, type Schedule } from './cron.ts'
import { momentOf, momentsOf, type Zone } from './zone.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** robfig/cron gives up after this many years; a schedule such as 30 February never opens. */
const horizonYears = 5

/** Finds openings; local times are ms as if they were UTC. */
export interface Openings {
  /** The first opening after `at`; undefined when there is none in five years. */
  next(at: number): number | undefined
  /** The last opening not after `at`, looked for back to `since`. */
  last(at: number, since: number): number | undefined
}

/** Plain calendar arithmetic without a zone: what Argo CD does after it has added the offset of today. */
export function plainOpenings(schedule: Schedule): Openings {
  return openings(
    schedule,
    (local) => [local],
    () => 0,
  )
}

/** How cron itself counts in a zone: every moment whose local time matches; a skipped time does not open, a repeated one opens twice. */
export function matchingOpenings(schedule: Schedule, zone: Zone): Openings {
  return openings(schedule, (local) => momentsOf(zone, local), zone.offsetAt)
}

/**
 * As people read a schedule: a fixed time opens once each day it is due, also when clocks skip it (then as if they had not been set yet) or show
 * it twice (then the first time). A schedule of every hour goes by elapsed hours.
 */
export function localOpenings(schedule: Schedule, zone: Zone): Openings {
  if (schedule.hours.size === 24) return matchingOpenings(schedule, zone)
  return openings(schedule, (local) => [momentOf(zone, local)], zone.offsetAt)
}

function openings(
  schedule: Schedule,
  moments: (local: number) => readonly number[],
  offsetAt: (at: number) => number,
): Openings {
  const hours = [...schedule.hours].sort((a, b) => a - b)
  const minutes = [...schedule.minutes].sort((a, b) => a - b)

  /** Local times of the schedule from `low` to `high`, in either order. */
  function* times(low: number, high: number, backwards: boolean): Generator<number> {
    const first = Math.floor(low / dayMs)
    const last = Math.floor(high / dayMs)
    for (let index = 0; index <= last - first; index++) {
      const day = (backwards ? last - index : first + index) * dayMs
      if (!isDue(day)) continue
      for (const hour of backwards ? hours.toReversed() : hours) {
        const start = day + hour * hourMs
        if (start + hourMs <= low || start > high) continue
        for (const minute of backwards ? minutes.toReversed() : minutes) {
          const local = start + minute * 60_000
          if (local >= low && local <= high) yield local
        }
      }
    }
  }

  function isDue(day: number): boolean {
    const date = new Date(day)
    const wanted = { month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() }
    return dayMatches(schedule, wanted)
  }

  /** By how much the order of local times and of moments can differ around here. */
  const slackAt = (at: number) => Math.abs(offsetAt(at - 2 * dayMs) - offsetAt(at + 2 * dayMs))

  return {
    next(at) {
      const local = at + offsetAt(at)
      const end = Date.UTC(new Date(local).getUTCFullYear() + horizonYears + 1, 0, 1)
      let best: { moment: number; until: number } | undefined
      for (const time of times(local - slackAt(at), end, false)) {
        if (best !== undefined && time > best.until) break
        for (const moment of moments(time))
          if (moment > at && moment < (best?.moment ?? Number.POSITIVE_INFINITY))
            best = { moment, until: time + slackAt(moment) }
      }
      return best?.moment
    },
    last(at, since) {
      let best: { moment: number; until: number } | undefined
      const low = since + offsetAt(since) - slackAt(since)
      for (const time of times(low, at + offsetAt(at) + slackAt(at), true)) {
        if (best !== undefined && time < best.until) break
        for (const moment of moments(time))
          if (moment <= at && moment > (best?.moment ?? Number.NEGATIVE_INFINITY))
            best = { moment, until: time - slackAt(moment) }
      }
      return best !== undefined && best.moment >= since ? best.moment : undefined
    },
  }
}
