/** A sync that somebody asks for: how it is checked, handed to the loop, and answered. */
import { sourcesOf } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import type { OperationView } from '../api/views.ts'
import { resolve } from '../pipeline/pipeline.ts'
import type { SyncRequest } from '../server/engine.ts'
import type { ManagedApplication, PendingSync } from './application-state.ts'
import { atRevisions } from './at-revisions.ts'
import type { ControllerContext } from './context.ts'
import { policyOf } from './policy.ts'

/** How long the answer may take: the source is looked at first. The sync itself goes on. */
const answerMs = 60_000

/**
 * Throws UsageInvalid while automated sync is on, because it would take the application back to the tracked revision at once
 * (Argo CD refuses it, too), and RevisionNotFound.
 */
export async function checkRevision(
  context: ControllerContext,
  app: ManagedApplication,
  revision: string,
  signal: AbortSignal,
): Promise<void> {
  const tracked = sourcesOf(app.manifest.spec)[0]?.targetRevision ?? 'HEAD'
  if (revision !== tracked && policyOf(app.manifest).enabled) {
    throw new HalcyonError(
      'UsageInvalid',
      `Cannot sync ${app.name} to ${revision}: automated sync is on and keeps it at ${tracked}`,
    )
  }
  await resolve(atRevisions(app.manifest, [revision]), context.pipeline, signal)
}

/** Resolves with the operation when it has started; undefined when there is nothing to do. Rejects with why it cannot start. */
export async function askForSync(
  context: ControllerContext,
  app: ManagedApplication,
  request: SyncRequest,
): Promise<OperationView | undefined> {
  const answer = Promise.withResolvers<OperationView | undefined>()
  // Whoever asked may be gone by the time there is an answer.
  answer.promise.catch(() => {})
  answerSync(app, app.request, new HalcyonError('Superseded', `Cannot sync ${app.name}: a newer request took over`))
  app.request = { ...request, answer }
  app.attempts = undefined
  context.queue.add(app.name, 'high')
  const cancel = context.clock.after(answerMs, () =>
    answer.reject(
      new HalcyonError('DeadlineExceeded', `Cannot say yet how the sync of ${app.name} begins: it is still waiting`),
    ),
  )
  try {
    return await answer.promise
  } finally {
    cancel()
  }
}

/** Ends a request with what became of it; one that is not the newest any more was answered already. */
export function answerSync(
  app: ManagedApplication,
  request: PendingSync | undefined,
  outcome: OperationView | Error | undefined,
): void {
  if (request === undefined) return
  if (app.request === request) app.request = undefined
  if (outcome instanceof Error) request.answer.reject(outcome)
  else request.answer.resolve(outcome)
}
