/** `undo` and `hold`: back to what was, or as it is, and kept there. */
import type { Application } from '../api/application.ts'
import { sourcesOf } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import type { Hold, RevertView, UndoView } from '../api/hold.ts'
import { chooseUndo } from '../delivery/hold/choose.ts'
import type { HoldRequest, UndoRequest } from '../server/engine.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'
import { holdView, placeHold } from './holds.ts'
import { askForSync } from './sync-request.ts'
import { closedGate } from './window-gate.ts'

/** How many commits a revert names at most. */
const revertLimit = 20

/**
 * Places the hold first, so that nothing brings back what is undone, then syncs to it. Needs neither the Git host nor a registry: the
 * mirror and the renders are here. Throws NotFound for a state that was never applied.
 */
export async function undo(
  context: ControllerContext,
  app: ManagedApplication,
  request: UndoRequest,
  signal: AbortSignal,
): Promise<UndoView> {
  refuseReadOnly(context, app, 'undo')
  const history = await context.store.history(app.name, 200)
  const target = chooseUndo(history, app.name, request.to)
  // A hold whose sync is refused would be half an undo.
  const closed = closedGate(context, app, true)
  if (closed !== undefined) throw new HalcyonError('SyncWindowClosed', closed.message)
  const from = app.hold?.revisions ?? app.revisions
  const digest = app.rendered?.digest
  const hold: Hold = {
    application: app.name,
    revisions: target.revisions,
    manifest: target.manifest ?? JSON.stringify(app.manifest),
    quarantined: app.revisions.length === 0 ? [] : [{ revision: app.revisions.join(' '), digest: digest ?? '' }],
    lift: 'newer',
    reason: request.reason ?? '',
    who: request.initiatedBy,
    since: new Date(context.clock.now()).toISOString(),
  }
  await placeHold(context, app, hold)
  await askForSync(context, app, { initiatedBy: request.initiatedBy })
  return {
    application: app.name,
    from: from[0] ?? '',
    to: target.revisions[0] ?? '',
    hold: holdView(hold),
    revert: await revertOf(context, app, from[0], target.revisions[0], signal),
  }
}

/** Keeps what is applied now until a person, or the time, says otherwise. Throws UsageInvalid when nothing was applied yet. */
export async function holdAsIs(
  context: ControllerContext,
  app: ManagedApplication,
  request: HoldRequest,
): Promise<Hold> {
  refuseReadOnly(context, app, 'hold')
  const revisions = app.hold?.revisions ?? app.syncedRevisions
  if (revisions.length === 0) {
    throw new HalcyonError('UsageInvalid', `Cannot hold ${app.name}: nothing was applied yet`)
  }
  if (request.until !== undefined && !(Date.parse(request.until) > context.clock.now())) {
    throw new HalcyonError('UsageInvalid', `Cannot hold ${app.name} until ${request.until}: that is no time to come`)
  }
  const hold: Hold = {
    application: app.name,
    revisions,
    manifest: app.hold?.manifest ?? JSON.stringify(await appliedManifest(context, app)),
    quarantined: app.hold?.quarantined ?? [],
    lift: 'person',
    reason: request.reason ?? '',
    who: request.initiatedBy,
    since: new Date(context.clock.now()).toISOString(),
    ...(request.until === undefined ? {} : { until: new Date(request.until).toISOString() }),
  }
  await placeHold(context, app, hold)
  context.queue.add(app.name, 'high')
  return hold
}

/** What was applied last may come from an older Application than the one of now. */
async function appliedManifest(context: ControllerContext, app: ManagedApplication): Promise<Application> {
  const [last] = (await context.store.history(app.name, 20)).filter((past) => past.phase === 'Succeeded')
  const same = last?.revisions.join(' ') === app.syncedRevisions.join(' ')
  return same && last?.manifest !== undefined ? (JSON.parse(last.manifest) as Application) : app.manifest
}

function refuseReadOnly(context: ControllerContext, app: ManagedApplication, verb: string): void {
  if (!context.settings.readOnly) return
  throw new HalcyonError('UsageInvalid', `Cannot ${verb} ${app.name}: this process is read-only`)
}

/** The commits between the two that touched what the application reads, newest first, as a revert. */
async function revertOf(
  context: ControllerContext,
  app: ManagedApplication,
  from: string | undefined,
  to: string | undefined,
  signal: AbortSignal,
): Promise<RevertView> {
  const [source] = sourcesOf(app.manifest.spec)
  if (source === undefined || source.chart !== undefined || from === undefined || to === undefined) {
    return { commands: [], note: 'the source is no Git repository: set the version back where it is written' }
  }
  try {
    const repository = context.pipeline.sources.open(source.repoURL)
    const paths = (app.rendered?.readSets[0] ?? []).map((entry) => entry.path)
    const where = paths.length === 0 ? [source.path ?? ''] : paths
    const end = await repository.lastChange(to, where, signal)
    const commits: string[] = []
    let commit = await repository.lastChange(from, where, signal)
    while (commit !== undefined && commit.sha !== end?.sha && commits.length < revertLimit) {
      commits.push(commit.sha.slice(0, 7))
      const [parent] = commit.parents
      commit = parent === undefined ? undefined : await repository.lastChange(parent, where, signal)
    }
    if (commits.length === 0) return { commands: [], note: 'Git says this already: nothing is to be reverted' }
    return { commands: [`git revert --no-edit ${commits.join(' ')}`, 'git push'], note: '' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { commands: [], note: `the commits to revert are not known: ${detail}` }
  }
}
