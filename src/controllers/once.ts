/** When an application needs no more waiting: it is as Git says and well, or nothing that happens by itself soon will change it. Pure. */
import { reasons } from '../api/reasons.ts'
import type { ManagedApplication } from './application-state.ts'

/** A cluster or a repository that is away for a moment gets this many tries before it counts as failed. */
const triesOfTransient = 3

export function isSettled(
  app: ManagedApplication,
  settings: { readonly readOnly: boolean; readonly deadlineMs: number },
  now: number,
): boolean {
  if (app.running !== undefined || app.request !== undefined || app.deleting !== undefined) return false
  if (app.reason !== '') {
    // It goes on when a window opens, and that is no reason to keep somebody waiting.
    if (app.reason === 'SyncWindowClosed') return true
    if (reasons[app.reason].retry === 'never' || app.attempts?.applied === true || app.outcome === 'stalled')
      return true
    return Math.max(app.failures, app.attempts?.count ?? 0) >= triesOfTransient
  }
  if (app.sync.status === 'Unknown') return false
  if (settings.readOnly) return true
  if (app.sync.status === 'OutOfSync') return app.outcome === 'stalled'
  return app.health.status !== 'Progressing' || now - app.health.since > settings.deadlineMs
}
