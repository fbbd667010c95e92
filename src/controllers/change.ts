/** One change on its way: from the moment it was seen until every application it touched is done with it. One trace. */
import type { Span, Tracing } from '../runtime/tracing.ts'

export interface ChangeInFlight {
  readonly commit: string
  /** When the move of a repository was seen, in ms; undefined when no push led to it: a first sight, drift. */
  readonly seenAt: number | undefined
  readonly span: Span
  /** Names of the touched applications that are not done yet. */
  readonly open: Set<string>
}

/** A repository moved: the fetch that found it is part of the trace, which began with it. Times in ms. */
export function beginChange(
  tracing: Tracing,
  change: {
    readonly repository: string
    readonly commit: string
    readonly seenAt: number
    readonly fetchedAt: number
    readonly touched: Iterable<string>
  },
): ChangeInFlight {
  const { repository, commit, seenAt } = change
  const open = new Set(change.touched)
  const attributes = { 'halcyon.repository': repository, 'halcyon.revision': commit }
  const span = tracing.start('halcyon.change', { ...attributes, 'halcyon.touched': open.size }, undefined, seenAt)
  tracing.start('halcyon.fetch', attributes, span, seenAt).end(change.fetchedAt)
  if (open.size === 0) span.end()
  return { commit, seenAt, span, open }
}

/** One application has something to do that no push led to: it is new here, its spec changed, or the cluster drifted. */
export function beginOwnChange(tracing: Tracing, application: string, commit: string): ChangeInFlight {
  const span = tracing.start('halcyon.change', {
    'halcyon.application': application,
    'halcyon.revision': commit,
    'halcyon.touched': 1,
  })
  return { commit, seenAt: undefined, span, open: new Set([application]) }
}

/** The application is healthy with the change, or gave it up; the last one ends the trace. */
export function leaveChange(change: ChangeInFlight | undefined, application: string, error?: unknown): void {
  if (change === undefined || !change.open.delete(application)) return
  if (error !== undefined) change.span.fail(error)
  change.span.event('halcyon.application', {
    'halcyon.application': application,
    'halcyon.failed': error !== undefined,
  })
  if (change.open.size === 0) change.span.end()
}
