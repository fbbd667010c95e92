/** What the control loops share. Built once by the composition root. */

import { reasonOf } from '../api/errors.ts'
import type { EventView } from '../api/views.ts'
import type { Jq } from '../pipeline/jq/jq.ts'
import type { PipelineOptions } from '../pipeline/pipeline.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { Pool } from '../runtime/pool.ts'
import type { Tracing } from '../runtime/tracing.ts'
import type { WorkQueue } from '../runtime/work-queue.ts'
import type { Store } from '../store/store.ts'
import type { ClusterSecrets } from './cluster-secrets.ts'
import type { Destinations } from './destinations.ts'
import type { Fleet } from './fleet.ts'
import type { RepositorySecrets } from './repository-secrets.ts'
import type { SetTools } from './sets.ts'

export interface Settings {
  /** How long an operation may take, in ms. */
  readonly deadlineMs: number
  /** Ask the server about the whole bundle before the first write. */
  readonly dryRun: boolean
  readonly readOnly: boolean
  readonly waveDelayMs: number
}

export interface ControllerContext {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly store: Store
  readonly pipeline: PipelineOptions
  readonly jq: Jq
  readonly fleet: Fleet
  readonly destinations: Destinations
  readonly clusterSecrets: ClusterSecrets
  readonly repositorySecrets: RepositorySecrets
  readonly queue: WorkQueue<string>
  /** Operations that ask and write at once; the others wait in line. */
  readonly writing: Pool
  readonly settings: Settings
  readonly setTools: SetTools
}

/**
 * Waits for a record that nothing depends on. A store that cannot write keeps it and writes it later, says so itself, and what was done
 * is done: that is no failure of the application. Where a record must be there first (a hook, an inventory), await it plainly.
 */
export async function remember(written: Promise<unknown>): Promise<void> {
  try {
    await written
  } catch (error) {
    if (reasonOf(error) !== 'StoreUnavailable') throw error
  }
}

/** Appends to the event log; the only way the controllers speak. */
export function report(context: ControllerContext, event: Omit<EventView, 'seq' | 'at'>): void {
  const traceId = event.traceId ?? context.tracing.current()?.traceId
  context.store.appendEvent({
    ...event,
    ...(traceId === undefined ? {} : { traceId }),
    at: new Date(context.clock.now()).toISOString(),
  })
  context.metrics.events.inc({ type: event.type })
  const { type, application, message, reason } = event
  const fields = {
    event: type,
    ...(application === '' ? {} : { application }),
    ...(traceId === undefined ? {} : { traceId }),
  }
  if (reason === undefined) context.logger.info(fields, message)
  else context.logger.warn({ ...fields, reason }, message)
}
