/** One sync window, read: whom it concerns, when it is open. Pure. Source: Argo CD, user guide "Sync windows", and its arithmetic in strict mode. */
import type { SyncWindow } from '../../api/appproject.ts'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import { matchGlob } from '../../api/glob.ts'
import { parseDuration } from '../../kube/duration.ts'
import { parseSchedule } from './cron.ts'
import { localOpenings, matchingOpenings, type Openings, plainOpenings } from './openings.ts'
import { nextTransition, type Zone, zoneOf } from './zone.ts'

/** What a window is matched with. */
export interface WindowSubject {
  readonly application: string
  readonly namespace: string
  readonly server: string
  readonly name: string
}

export interface ReadWindow {
  /** Its place in the project, from 0, as `argocd proj windows list` counts. */
  readonly index: number
  readonly spec: SyncWindow
  /** What is worth a warning: an unknown time zone. */
  readonly warnings: readonly string[]
  /** In strict mode the offset of the zone is that at `now`, whatever `at` is. */
  isOpen(at: number, now?: number): boolean
  /** The next moment after `at` at which it opens, closes, or may do so; undefined when there is none. */
  nextEdge(at: number): number | undefined
}

/** Enough to follow a window that opens anew before it closes; beyond, the end is not looked for. */
const longestChain = 2_000
const yearMs = 366 * 86_400_000

/** Throws SpecInvalid, naming the window: an unreadable schedule or duration blocks every sync it could concern, so it is never passed over. */
export function readWindow(spec: SyncWindow, index: number, strict: boolean): ReadWindow {
  const fail = (detail: string) =>
    new HalcyonError('SpecInvalid', `Cannot read syncWindows[${index}] (${windowText(spec)}): ${detail}`)
  if (spec.kind !== 'allow' && spec.kind !== 'deny') throw fail(`kind "${spec.kind}" is neither allow nor deny`)
  const duration = parseDuration(spec.duration)
  if (duration === undefined) throw fail(`duration "${spec.duration}" is not one such as 90m or 1h30m`)
  let schedule: ReturnType<typeof parseSchedule>
  try {
    schedule = parseSchedule(spec.schedule, strict)
  } catch (error) {
    throw fail(`schedule "${spec.schedule}": ${messageOf(error)}`)
  }
  const prefixed = schedule.zone === undefined ? undefined : zoneOf(schedule.zone)
  if (schedule.zone !== undefined && prefixed === undefined)
    throw fail(`schedule "${spec.schedule}": there is no time zone ${schedule.zone}`)
  const named = zoneOf(spec.timeZone)
  const warnings = named === undefined ? [`there is no time zone ${spec.timeZone}; UTC is used`] : []
  const zone = named ?? zoneOf('UTC')!
  const times = strict
    ? strictTimes(
        prefixed === undefined ? plainOpenings(schedule) : matchingOpenings(schedule, prefixed),
        duration,
        zone,
      )
    : localTimes(localOpenings(schedule, prefixed ?? zone), duration)
  return { index, spec, warnings, ...times }
}

type Times = Pick<ReadWindow, 'isOpen' | 'nextEdge'>

/** Open from each opening for the duration; the start belongs to it, the end does not. */
function localTimes(openings: Openings, duration: number): Times {
  const openedAt = (at: number) => (duration <= 0 ? undefined : openings.last(at, at - duration + 1))
  return {
    isOpen: (at) => openedAt(at) !== undefined,
    nextEdge(at) {
      if (duration <= 0) return undefined
      let opened = openedAt(at)
      if (opened === undefined) return openings.next(at)
      for (let step = 0; step < longestChain; step++) {
        const end = opened + duration
        const again = openings.last(end, opened + 1)
        if (again === undefined) return end
        opened = again
        if (end - at > yearMs) break
      }
      return undefined
    },
  }
}

/**
 * Argo CD: the offset of the zone at this moment is added to the time, and the schedule is read without a zone. Open when an opening lies between
 * then and a duration before, both ends excluded. A schedule that never comes (30 February) counts as open always.
 */
function strictTimes(openings: Openings, duration: number, zone: Zone): Times {
  const isOpen = (at: number, now = at) => {
    const shifted = at + zone.offsetAt(now)
    // The next whole second after the time is where the search begins, so the end is excluded.
    const next = openings.next(shifted - duration)
    return next === undefined || next < shifted
  }
  return {
    isOpen,
    nextEdge(at) {
      const offset = zone.offsetAt(at)
      const shifted = at + offset
      const next = openings.next(shifted)
      const ending = openings.next(shifted - duration)
      if (next === undefined || ending === undefined) return undefined
      const closing = ending + duration > shifted ? ending + duration : undefined
      const edge = Math.min(next, closing ?? Number.POSITIVE_INFINITY) - offset
      return nextTransition(zone, at, edge) ?? edge
    },
  }
}

/** `deny 0 22 * * * for 8h Europe/Berlin`. */
export function windowText(spec: SyncWindow): string {
  const zone = spec.timeZone === '' ? '' : ` ${spec.timeZone}`
  return `${spec.kind} ${spec.schedule} for ${spec.duration}${zone}`
}

/** One selector is enough, or with andOperator all that are given; a window without selectors concerns nobody. A cluster is meant by name or server. */
export function concerns(spec: SyncWindow, subject: WindowSubject): boolean {
  const answers = [
    answer(spec.applications, (pattern) => matchGlob(pattern, subject.application)),
    answer(
      spec.clusters,
      (pattern) =>
        (subject.name !== '' && matchGlob(pattern, subject.name)) ||
        (subject.server !== '' && matchGlob(pattern, subject.server)),
    ),
    answer(spec.namespaces, (pattern) => matchGlob(pattern, subject.namespace)),
  ].filter((one) => one !== undefined)
  return spec.andOperator ? answers.length > 0 && answers.every(Boolean) : answers.some(Boolean)
}

function answer(patterns: readonly string[] | undefined, matches: (pattern: string) => boolean): boolean | undefined {
  return patterns === undefined || patterns.length === 0 ? undefined : patterns.some(matches)
}
