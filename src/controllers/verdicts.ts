/** Keeps the verdicts of applications: sync, health, reason. Every change of a verdict is an event and carries its time. */
import { HalcyonError, messageOf, reasonOf } from '../api/errors.ts'
import { argoGroup } from '../api/names.ts'
import type { Reason } from '../api/reasons.ts'
import type { HealthStatus, SyncStatus } from '../api/views.ts'
import { parseRefKey, refText } from '../kube/object.ts'
import { aggregateHealth } from '../pipeline/observe/health/aggregate.ts'
import type { LiveObject } from '../pipeline/plan/types.ts'
import type { ManagedApplication } from './application-state.ts'
import { type ControllerContext, report } from './context.ts'
import { policyOf } from './policy.ts'
import { isSetKey, nameOfSetKey } from './set-state.ts'

export function setSync(context: ControllerContext, app: ManagedApplication, status: SyncStatus): void {
  app.observedAt = context.clock.now()
  if (app.sync.status === status) return
  app.sync = { status, since: app.observedAt }
  tellParent(context, app)
}

/** Says what is wrong, once: an unchanged message is no event. */
export function setProblem(
  context: ControllerContext,
  app: ManagedApplication,
  type: string,
  reason: Reason,
  message: string,
): void {
  app.observedAt = context.clock.now()
  if (app.reason === reason && app.message === message) return
  app.reason = reason
  app.message = message
  report(context, { type, application: app.name, message, reason })
}

export function clearProblem(app: ManagedApplication): void {
  app.reason = ''
  app.message = ''
}

export function problemOf(error: unknown): { reason: Reason; message: string } {
  return {
    reason: reasonOf(error),
    message: error instanceof HalcyonError ? error.message : `Cannot go on: ${messageOf(error)}`,
  }
}

/** Forms the application's health anew from what is known of its objects. O(objects of the application). */
export function refreshHealth(
  context: ControllerContext,
  app: ManagedApplication,
  live: (key: string) => LiveObject | undefined,
): void {
  // An application that manages itself would be judged by its own verdict, and never leave it.
  const itself = (key: string) => key.startsWith(`${argoGroup}/Application/`) && key.endsWith(`/${app.name}`)
  const keys = [...app.inventory.keys()].filter((key) => !itself(key))
  const members = keys.map((key) => {
    const found = live(key)
    if (found === undefined) return { key, status: 'Missing' as const, message: 'not in the cluster' }
    if (found.deleting) return { key, status: 'Progressing' as const, message: 'being deleted' }
    return { key, status: found.health, message: found.message }
  })
  const verdict = aggregateHealth(members)
  const worst = verdict.key === undefined ? '' : `${refText(parseRefKey(verdict.key))}: ${verdict.message}`
  applyHealth(context, app, verdict.status, verdict.status === 'Healthy' ? '' : worst)
}

function applyHealth(context: ControllerContext, app: ManagedApplication, status: HealthStatus, message: string): void {
  const now = context.clock.now()
  app.observedAt = now
  const { health } = app
  const changed = health.status !== status
  if (!changed && health.message === message) return
  app.health = {
    status,
    since: changed ? now : health.since,
    message,
    cause: status === 'Healthy' ? undefined : health.cause,
  }
  if (changed) {
    const text = message === '' ? `${health.status} -> ${status}` : `${health.status} -> ${status}: ${message}`
    report(context, {
      type: 'HealthChanged',
      application: app.name,
      message: text,
      data: { from: health.status, to: status },
    })
  }
  tellParent(context, app)
}

/**
 * A child's verdict as its parent sees it. Delivered and healthy is Healthy; on the way is Progressing; a child that nobody syncs
 * automatically does not hold its parent (Argo CD skips Missing and Unknown children).
 */
export function tellParent(context: ControllerContext, app: ManagedApplication): void {
  if (app.parent === '') return
  if (isSetKey(app.parent)) {
    // A set that rolls decides anew what may go next; others do not wait for their applications.
    if (context.fleet.sets.get(nameOfSetKey(app.parent))?.rolls === true) context.queue.add(app.parent)
    return
  }
  const { registry } = context.fleet
  if (app.running !== undefined || app.sync.status === 'Unknown') {
    const failedBefore = app.reason !== '' && app.running === undefined
    registry.setHealth(app.name, failedBefore ? 'Degraded' : 'Progressing', failedBefore ? app.message : 'being synced')
    return
  }
  if (app.reason === 'SyncWindowClosed') {
    registry.setHealth(app.name, '', 'waits for a sync window')
    return
  }
  if (app.sync.status === 'OutOfSync' && !policyOf(app.manifest).enabled) {
    registry.setHealth(app.name, '', 'waits for a manual sync')
    return
  }
  if (app.reason === '' && app.sync.status === 'OutOfSync' && app.outcome !== 'stalled' && !context.settings.readOnly) {
    // Compared, and about to be synced: whatever its objects look like, it is not where it is to be.
    registry.setHealth(app.name, 'Progressing', 'about to be synced')
    return
  }
  if (app.reason !== '') {
    registry.setHealth(app.name, 'Degraded', app.message)
    return
  }
  const { status, message } = app.health
  const skipped = status === 'Missing' || status === 'Unknown'
  registry.setHealth(app.name, skipped ? '' : status, message)
}
