/** What `up` shows while it works: a pure picture of the state, and a painter that keeps it on the screen. */

import { elapsedText } from '../../api/verdict/age.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { byUrgency, complaintText, isQuiet, isRunning, verdictsOf } from '../../api/verdict/verdict.ts'
import type { ApplicationView } from '../../api/views.ts'
import { applicationTable } from './application-table.ts'
import { cut } from './columns.ts'
import { counted } from './status.ts'
import type { Style } from './style.ts'

/** One line of the start: the sandbox cluster, the demo repository, halcyon itself. */
export interface Service {
  readonly name: string
  readonly state: 'starting' | 'ready' | 'failed'
  /** An address, a path, what is being waited for. */
  readonly detail: string
}

export interface ProgressState {
  readonly services: readonly Service[]
  readonly applications: readonly ApplicationView[]
  /** Work before there are applications, or beside them: `fetching https://...`; '' for none. */
  readonly activity: string
  readonly startedAt: number
}

export interface PictureOptions {
  readonly now: number
  readonly style: Style
  readonly width: number
  /** Lines that fit; the list of applications is shortened to it. */
  readonly height: number
}

/** The live picture: services, then a count, then the applications that are not settled, the most pressing first. */
export function progressLines(state: ProgressState, options: PictureOptions): string[] {
  const { now, style, width } = options
  const lines = serviceLines(state.services, style).map((line) => (state.services.length > 0 ? line : ''))
  if (state.activity !== '') lines.push(`  ${cut(plainLine(state.activity), width - 2)}`)
  if (state.applications.length === 0) return lines
  const open = state.applications
    .filter((application) => !isQuiet(application))
    .toSorted(byUrgency(verdictsOf(state.applications, now)))
  const room = Math.max(1, options.height - lines.length - 4)
  const shown = open.slice(0, room)
  lines.push('', `  ${countText(state.applications)} after ${elapsedText(now - state.startedAt)}`)
  lines.push(...applicationTable(shown, { now, style, width, indent: 2 }))
  if (open.length > shown.length) lines.push(`  and ${open.length - shown.length} more`)
  return lines
}

/** `5 of 11 healthy, 3 syncing`. */
export function countText(applications: readonly ApplicationView[]): string {
  const healthy = applications.filter(isQuiet).length
  const syncing = applications.filter(isRunning).length
  return `${healthy} of ${applications.length} healthy${syncing === 0 ? '' : `, ${syncing} syncing`}`
}

/** `  sandbox cluster                  ready  https://127.0.0.1:41573`. */
export function serviceLines(services: readonly Service[], style: Style): string[] {
  return services.map(({ name, state, detail }) => {
    const paint = state === 'failed' ? style.bad : state === 'ready' ? style.good : style.busy
    const word = state === 'starting' ? '...   ' : state.padEnd(6)
    return `  ${plainLine(name).padEnd(33)}${paint(word.trimEnd())}${' '.repeat(word.length - word.trimEnd().length)} ${plainLine(detail)}`.trimEnd()
  })
}

/** Above this many applications a log of every change helps nobody; a count now and then does. */
const manyApplications = 40

/**
 * For pipes and logs: the lines that are new since the state before. One line for each service and application that changed;
 * of a large fleet only a count whenever another tenth is healthy.
 */
export function progressNews(before: ProgressState | undefined, after: ProgressState): string[] {
  const lines: string[] = []
  const services = new Map(before?.services.map((service) => [service.name, service]))
  for (const service of after.services) {
    const known = services.get(service.name)
    if (known?.state === service.state || service.state === 'starting') continue
    lines.push(`${service.name}: ${service.state}${service.detail === '' ? '' : ` ${plainLine(service.detail)}`}`)
  }
  if (after.activity !== '' && after.activity !== before?.activity) lines.push(plainLine(after.activity))
  if (after.applications.length > manyApplications) return [...lines, ...tenths(before, after)]

  const applications = new Map(before?.applications.map((application) => [application.name, newsOf(application)]))
  for (const application of after.applications) {
    const news = newsOf(application)
    if (news !== applications.get(application.name)) lines.push(news)
  }
  return lines
}

/** Without the time of the next try, which would make news of every failed try. */
function newsOf(application: ApplicationView): string {
  const { name, sync, health } = application
  const text = complaintText(application)
  return plainLine(`${name}: ${sync.status} ${health.status}${text === '' ? '' : `, ${text}`}`)
}

function tenths(before: ProgressState | undefined, after: ProgressState): string[] {
  const tenth = (state: ProgressState | undefined) =>
    state === undefined || state.applications.length === 0
      ? -1
      : Math.floor((10 * state.applications.filter(isQuiet).length) / state.applications.length)
  if (before?.applications.length === after.applications.length && tenth(before) === tenth(after)) return []
  return [`${counted(after.applications.length, 'application')}: ${countText(after.applications)}`]
}
