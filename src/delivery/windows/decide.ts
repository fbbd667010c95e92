/** May a sync start now, and if not, why and until when: the decision table of sync windows. Pure. Source: Argo CD, user guide "Sync windows". */
import type { AppProject } from '../../api/appproject.ts'
import { concerns, type ReadWindow, readWindow, type WindowSubject, windowText } from './window.ts'

export interface SyncDecision {
  readonly allowed: boolean
  /** `no-window`, `deny`, `deny-manual`, `overrun`, `allow`, `outside`, `outside-manual`. */
  readonly rule: string
  /** The windows that decided, by their place in the project. */
  readonly windows: readonly number[]
  readonly because: string
}

export interface DecideInput {
  readonly manual: boolean
  readonly at: number
  /** When the operation that asks began; undefined = it has not begun. */
  readonly startedAt?: number | undefined
}

/** The windows of a project that concern an application. Throws SpecInvalid when one of them cannot be read; others do not matter. */
export function windowsOf(project: AppProject, subject: WindowSubject, strict: boolean): readonly ReadWindow[] {
  return [...(project.spec.syncWindows ?? []).entries()]
    .filter(([, spec]) => concerns(spec, subject))
    .map(([index, spec]) => readWindow(spec, index, strict))
}

/** `windows` are those that concern the application. */
export function decideSync(windows: readonly ReadWindow[], input: DecideInput): SyncDecision {
  const decision = decideAt(windows, input.manual, input.at, input.at)
  const { startedAt } = input
  if (decision.allowed || startedAt === undefined) return decision
  const blocking = windows.filter((window) => decision.windows.includes(window.index))
  const mayOverrun = blocking.every((window) => window.spec.syncOverrun)
  if (!mayOverrun || !decideAt(windows, input.manual, startedAt, input.at).allowed) return decision
  return {
    allowed: true,
    rule: 'overrun',
    windows: decision.windows,
    because: `it began when it was allowed, and ${listText(blocking)} may be overrun`,
  }
}

function decideAt(windows: readonly ReadWindow[], manual: boolean, at: number, now: number): SyncDecision {
  if (windows.length === 0) return say(true, 'no-window', [], 'no window concerns it')
  const open = windows.filter((window) => window.isOpen(at, now))
  const denies = open.filter((window) => window.spec.kind === 'deny')
  if (denies.length > 0) {
    if (manual && denies.every(isManual))
      return say(true, 'deny-manual', denies, `${listText(denies)} is open and lets manual syncs through`)
    const closed = manual ? denies.filter((window) => !isManual(window)) : denies
    return say(false, 'deny', denies, `${listText(closed)} is open`)
  }
  const allows = open.filter((window) => window.spec.kind === 'allow')
  if (allows.length > 0) return say(true, 'allow', allows, `${listText(allows)} is open`)
  const shut = windows.filter((window) => window.spec.kind === 'allow')
  if (shut.length === 0) return say(true, 'no-window', [], 'no window that denies is open')
  if (manual && shut.every(isManual))
    return say(true, 'outside-manual', shut, `${listText(shut)} is closed and lets manual syncs through`)
  return say(false, 'outside', shut, `${listText(shut)} is closed`)
}

function say(allowed: boolean, rule: string, windows: readonly ReadWindow[], because: string): SyncDecision {
  return { allowed, rule, windows: windows.map((window) => window.index), because }
}

function isManual(window: ReadWindow): boolean {
  return window.spec.manualSync
}

function listText(windows: readonly ReadWindow[]): string {
  return windows.map((window) => `syncWindows[${window.index}] (${windowText(window.spec)})`).join(' and ')
}

export interface Forecast {
  /** When the answer changes, to what, and by which windows. */
  readonly at: number
  readonly decision: SyncDecision
}

/** How many edges are looked at; a change further away than these is not foretold. */
const mostEdges = 2_000

/** The next moment at which the answer is another one; undefined when none is in sight. */
export function nextChange(windows: readonly ReadWindow[], manual: boolean, at: number): Forecast | undefined {
  const before = decideAt(windows, manual, at, at).allowed
  // An opening at this very moment counts only just after it where ends are excluded.
  const soon = decideAt(windows, manual, at + 1, at + 1)
  if (soon.allowed !== before) return { at, decision: soon }
  const edges = new Map<ReadWindow, number | undefined>()
  let from = at
  for (let step = 0; step < mostEdges; step++) {
    for (const window of windows) {
      const known = edges.get(window)
      if (!edges.has(window) || (known !== undefined && known <= from)) edges.set(window, window.nextEdge(from))
    }
    const next = Math.min(...[...edges.values()].filter((edge) => edge !== undefined))
    if (!Number.isFinite(next)) return undefined
    // Where ends are excluded, the edge itself is closed for one instant: the answer just after it is the one that lasts.
    const decision = decideAt(windows, manual, next + 1, next + 1)
    if (decision.allowed !== before) return { at: next, decision }
    from = next
  }
  return undefined
}
