/** One change on its way: from the moment a commit was seen until every application it touched is done with it. One trace. */
import type { Span, Tracing } from '../runtime/tracing.ts'

export interface ChangeInFlight {
  readonly commit: string
  readonly seenAt: number
  readonly span: Span
  /** Names of the touched applications that are not done yet. */
  readonly open: Set<string>
}

export function beginChange(
  tracing: Tracing,
  change: {
    readonly repository: string
    readonly commit: string
    readonly seenAt: number
    readonly touched: Iterable<string>
  },
): ChangeInFlight {
  const open = new Set(change.touched)
  const span = tracing.start('halcyon.change', {
    'halcyon.repository': change.repository,
    'halcyon.revision': change.commit,
    'halcyon.touched': open.size,
  })
  if (open.size === 0) span.end()
  return { commit: change.commit, seenAt: change.seenAt, span, open }
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
