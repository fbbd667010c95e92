/** How much is remembered, and forgetting the rest. */
import type { Clock } from '../runtime/clock.ts'
import type { Bundles } from './blobs.ts'
import type { Database } from './database.ts'
import type { EventLog } from './event-log.ts'

export interface Retention {
  readonly events: number
  readonly decisions: number
  /** Per application. */
  readonly history: number
  /** For events, hook runs, and the history of applications that are gone. */
  readonly days: number
  readonly renderBytes: number
}

export const defaultRetention: Retention = {
  events: 100_000,
  decisions: 50_000,
  history: 50,
  days: 30,
  renderBytes: 256 * 1024 * 1024,
}

export interface RetentionParts {
  readonly database: Database
  readonly clock: Clock
  readonly events: EventLog
  readonly bundles: Bundles
}

/** One pass over everything. */
export function applyRetention(parts: RetentionParts, retention: Retention): void {
  pruneEvents(parts, retention)
  pruneRecords(parts, retention)
  parts.bundles.sweep()
}

/** Cheap: its cost follows what is deleted, not what is kept. */
export function pruneEvents({ database, clock, events }: RetentionParts, retention: Retention): void {
  const cutoff = cutoffOf(clock, retention)
  const firstKept = database.statement('SELECT seq FROM events WHERE at >= ? ORDER BY seq LIMIT 1').get(cutoff)
  const tooOld = firstKept === undefined ? events.lastSeq : (firstKept['seq'] as number) - 1
  events.prune(Math.max(tooOld, events.lastSeq - retention.events))
}

function pruneRecords({ database, clock }: RetentionParts, retention: Retention): void {
  const cutoff = cutoffOf(clock, retention)
  database.write(() => {
    database.statement('DELETE FROM decisions WHERE id <= (SELECT max(id) FROM decisions) - ?').run(retention.decisions)
    database.statement('DELETE FROM hook_runs WHERE started_at < ?').run(cutoff)
    const orphans = `DELETE FROM history WHERE finished_at < ?
      AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.name = history.application)`
    database.statement(orphans).run(cutoff)
  })
}

function cutoffOf(clock: Clock, retention: Retention): string {
  return new Date(clock.now() - retention.days * 86_400_000).toISOString()
}
