/** One application in one line: which word says it, since when, why, and what to do. Pure. */
import { type Reason, reasons } from '../reasons.ts'
import type { ApplicationView, Cause, OperationView } from '../views.ts'
import { clockText } from './age.ts'
import { holdText } from './hold-text.ts'
import { plainLine } from './plain.ts'

/** `needsYou`: no progress without a person or a commit. `shipping`: moves now. `waiting`: moves later by itself, or on request. */
export type Group = 'needsYou' | 'shipping' | 'waiting' | 'quiet'

export interface Verdict {
  readonly group: Group
  /** Degraded, OutOfSync, Syncing, ...: the word to look for in the docs. */
  readonly word: string
  readonly since: string
  /** One line, safe to print; '' when quiet. */
  readonly text: string
  /** A command to copy; '' when there is nothing to do. */
  readonly next: string
}

/** The one place that decides whether an application needs a person. */
export function verdictOf(application: ApplicationView, now: number): Verdict {
  const { sync, health, operation, name } = application
  if (operation?.phase === 'Running') {
    return { group: 'shipping', word: 'Syncing', since: operation.startedAt, text: runningText(operation), next: '' }
  }
  if (application.hold !== undefined && isQuiet(application)) {
    const { hold } = application
    return {
      group: 'waiting',
      word: 'Held',
      since: hold.since,
      text: holdText(hold, now),
      next: `halcyon resume ${name}`,
    }
  }
  if (isQuiet(application)) return { group: 'quiet', word: health.status, since: health.since, text: '', next: '' }

  const text = situationText(application, now)
  const why = `halcyon why ${name}`
  if (application.reason !== '' && !curesItself(application.reason)) {
    return { group: 'needsYou', word: badWord(application), since: badSince(application), text, next: why }
  }
  if (health.status === 'Degraded' || health.status === 'Missing' || failed(operation)) {
    return { group: 'needsYou', word: badWord(application), since: badSince(application), text, next: why }
  }
  if (health.status === 'Progressing') {
    return { group: 'shipping', word: 'Progressing', since: health.since, text, next: '' }
  }
  if (sync.status === 'OutOfSync' && !application.automated.enabled) {
    const wait = text === '' ? 'automatic sync is off' : text
    return { group: 'waiting', word: 'OutOfSync', since: sync.since, text: wait, next: `halcyon sync ${name}` }
  }
  if (application.reason === 'SyncWindowClosed') {
    return { group: 'waiting', word: badWord(application), since: badSince(application), text, next: '' }
  }
  if (application.reason !== '') {
    return { group: 'needsYou', word: badWord(application), since: badSince(application), text, next: why }
  }
  // Unknown at the start, OutOfSync between a commit and its sync: both end by themselves.
  return { group: 'shipping', word: badWord(application), since: badSince(application), text, next: '' }
}

/** Synced and Healthy (or suspended on purpose), and nothing is going on. */
export function isQuiet(application: ApplicationView): boolean {
  const { status } = application.health
  return (
    application.sync.status === 'Synced' && (status === 'Healthy' || status === 'Suspended') && !isRunning(application)
  )
}

export function isRunning(application: ApplicationView): boolean {
  return application.operation?.phase === 'Running'
}

/** What an application waits for or suffers from, '' when nothing: the operation's wait, its message, the health's message. */
export function situationText(application: ApplicationView, now: number): string {
  const { operation } = application
  const said = complaintText(application)
  if (operation?.phase === 'Running') return said
  if (isQuiet(application) || operation?.retryAt === undefined || Date.parse(operation.retryAt) <= now) return said
  return `${said}${said === '' ? '' : '; '}next try ${clockText(operation.retryAt, now)}`
}

/** The same without the time of the next try: what changes only when something changes. */
export function complaintText(application: ApplicationView): string {
  const { operation, health } = application
  if (operation?.phase === 'Running') return runningText(operation)
  return plainLine(application.message || health.message || causeText(application))
}

function causeText({ health: { cause } }: ApplicationView): string {
  return cause === undefined ? '' : `${refText(cause.ref)}: ${cause.reason}`
}

/** `wave 2 of 3: waiting for Deployment shop/web: 1 of 3 replicas ready`. */
function runningText(operation: OperationView): string {
  const { step, waitingFor, message } = operation
  const place = step === undefined ? '' : `${stepText(step)}: `
  if (waitingFor !== undefined) {
    return plainLine(`${place}waiting for ${refText(waitingFor.ref)}: ${waitingFor.message}`)
  }
  return plainLine(`${place}${message || 'applying'}`)
}

/** `PreSync`, or `step 2 of 3` with its wave where there are several. */
function stepText(step: NonNullable<OperationView['step']>): string {
  const phase = step.phase === 'Sync' ? `wave ${step.wave}` : step.phase
  return step.count > 1 ? `${phase} (step ${step.index} of ${step.count})` : phase
}

/** `Deployment shop/web`, `Namespace shop`. */
export function refText(ref: Cause['ref']): string {
  return plainLine(ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`)
}

function curesItself(reason: Reason): boolean {
  return reasons[reason].retry !== 'never' && reason !== 'HookFailed' && reason !== 'HealthDegraded'
}

function failed(operation: OperationView | undefined): boolean {
  return operation?.phase === 'Failed' || operation?.phase === 'Error'
}

function badWord({ health, sync }: ApplicationView): string {
  if (health.status === 'Degraded' || health.status === 'Missing') return health.status
  return sync.status === 'Synced' ? health.status : sync.status
}

function badSince(application: ApplicationView): string {
  const { health, sync } = application
  return badWord(application) === health.status ? health.since : sync.since
}

/**
 * The verdicts of a fleet, by name. An application that is itself in order and only as unwell as its children waits for them:
 * one cause asks for one person, not for one at every level.
 */
export function verdictsOf(applications: readonly ApplicationView[], now: number): ReadonlyMap<string, Verdict> {
  const openChildren = new Map<string, string[]>()
  for (const application of applications) {
    if (application.parent === undefined || isQuiet(application)) continue
    openChildren.set(application.parent, [...(openChildren.get(application.parent) ?? []), application.name])
  }
  return new Map(
    applications.map((application) => {
      const verdict = verdictOf(application, now)
      const children = openChildren.get(application.name)
      const follows = application.sync.status === 'Synced' && application.reason === '' && !isRunning(application)
      if (children === undefined || !follows || verdict.group === 'quiet') return [application.name, verdict]
      return [application.name, { ...verdict, group: 'waiting', text: `because of ${namesText(children)}`, next: '' }]
    }),
  )
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(plainLine).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

const rank: Readonly<Record<Group, number>> = { needsYou: 0, shipping: 1, waiting: 2, quiet: 3 }

/** For sorting: what needs a person first, then by how long it has been so. */
export function byUrgency(verdicts: ReadonlyMap<string, Verdict>): (a: ApplicationView, b: ApplicationView) => number {
  return (a, b) => {
    const [left, right] = [verdicts.get(a.name), verdicts.get(b.name)]
    if (left === undefined || right === undefined) return a.name.localeCompare(b.name)
    if (left.group !== right.group) return rank[left.group] - rank[right.group]
    return left.group === 'quiet' || left.since === right.since
      ? a.name.localeCompare(b.name)
      : Date.parse(left.since) - Date.parse(right.since)
  }
}
