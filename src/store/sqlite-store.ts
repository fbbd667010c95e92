/** The Store on SQLite: the tables put together. Opening, migrations and repair are in `open-store.ts`. */
import type { Hold } from '../api/hold.ts'
import type { Clock } from '../runtime/clock.ts'
import { createBundles, createRenders } from './blobs.ts'
import type { Database } from './database.ts'
import { createEventLog } from './event-log.ts'
import { applyRetention, pruneEvents, type Retention } from './retention.ts'
import type { ApplicationRecord, DecisionRecord, HistoryRecord, HookRun, Store } from './store.ts'

export interface SqliteStoreOptions {
  readonly clock: Clock
  readonly retention: Retention
  /** The least number of the next event. */
  readonly firstSeq: number
  /** Told of failures that no caller sees. */
  readonly onError: (what: string, error: unknown) => void
  /** Runs after the last write, before the database closes. */
  readonly beforeClose: () => void
}

const firstRetentionMs = 60_000
const retentionMs = 3_600_000
const eventsPerPrune = 10_000

export function createSqliteStore(database: Database, options: SqliteStoreOptions): Store {
  const { clock, retention } = options
  const events = createEventLog(database, options.firstSeq)
  const bundles = createBundles(database, clock)
  const renders = createRenders(database, clock, retention.renderBytes)
  let cancelTimer = clock.after(firstRetentionMs, retain)
  let sincePrune = 0
  const parts = { database, clock, events, bundles }
  let closed: Promise<void> | undefined

  function retain(): void {
    cancelTimer = clock.after(retentionMs, retain)
    forget(() => applyRetention(parts, retention))
  }

  /** What could not be forgotten now is tried again with the next pass. */
  function forget(work: () => void): void {
    try {
      work()
    } catch (error) {
      options.onError('forgetting old records failed', error)
    }
  }

  async function close(): Promise<void> {
    cancelTimer()
    // A disk that refuses must not keep the rest from closing; the database tells what is lost.
    await database.durable().catch(() => {})
    try {
      options.beforeClose()
    } catch (error) {
      options.onError('the store could not be marked as closed', error)
    }
    await database[Symbol.asyncDispose]()
  }

  return {
    appendEvent(event) {
      const appended = events.append(event)
      if (++sincePrune >= eventsPerPrune) {
        sincePrune = 0
        forget(() => pruneEvents(parts, retention))
      }
      return appended
    },
    events: async (query) => events.query(query),
    follow: events.follow,

    appendDecision(decision) {
      const sql = 'INSERT INTO decisions (at, application, rule, inputs, outcome, reason) VALUES (?, ?, ?, ?, ?, ?)'
      const { at, application, rule, inputs, outcome, reason } = decision
      database.write(() => database.statement(sql).run(at, application, rule, JSON.stringify(inputs), outcome, reason))
    },
    async decisions({ application, limit }) {
      const where = application === undefined ? '' : 'WHERE application = ?'
      const rows = database
        .statement(`SELECT * FROM decisions ${where} ORDER BY id DESC LIMIT ?`)
        .all(...(application === undefined ? [] : [application]), limit ?? 100)
      return rows.map((row) => ({
        ...(row as unknown as DecisionRecord & { readonly id: number }),
        inputs: JSON.parse(row['inputs'] as string) as DecisionRecord['inputs'],
      }))
    },

    putBundle: bundles.put,
    bundle: bundles.get,
    putRender: renders.put,
    render: renders.get,

    putApplication(record) {
      const sql = 'INSERT OR REPLACE INTO applications (name, bundle, record) VALUES (?, ?, ?)'
      return written(record.name, () => database.statement(sql).run(record.name, record.bundle, JSON.stringify(record)))
    },
    deleteApplication: (name) =>
      written(name, () => database.statement('DELETE FROM applications WHERE name = ?').run(name)),
    async applications() {
      try {
        return readApplications(database)
      } catch (error) {
        options.onError('reading applications failed', error)
        throw error
      }
    },

    async putHold(hold) {
      const sql = 'INSERT OR REPLACE INTO holds (application, record) VALUES (?, ?)'
      database.write(
        () => database.statement(sql).run(hold.application, JSON.stringify(hold)),
        `hold ${hold.application}`,
      )
      await database.durable()
    },
    async deleteHold(application) {
      const sql = 'DELETE FROM holds WHERE application = ?'
      database.write(() => database.statement(sql).run(application), `hold ${application}`)
      await database.durable()
    },
    async holds() {
      const rows = database.statement('SELECT record FROM holds ORDER BY application').all()
      return rows.map((row) => JSON.parse(row['record'] as string) as Hold)
    },

    async putHookRun(run) {
      const sql = 'INSERT OR REPLACE INTO hook_runs (operation, key, phase, started_at, record) VALUES (?, ?, ?, ?, ?)'
      const { operation, key, phase, startedAt } = run
      database.write(() => database.statement(sql).run(operation, key, phase, startedAt, JSON.stringify(run)))
      await database.durable()
    },
    async hookRuns(operation) {
      const sql = 'SELECT record FROM hook_runs WHERE operation = ? ORDER BY started_at, key'
      return database
        .statement(sql)
        .all(operation)
        .map((row) => JSON.parse(row['record'] as string) as HookRun)
    },

    async appendHistory(record) {
      let id = 0
      database.write(() => {
        id = insertHistory(database, record, retention.history)
      })
      await database.committed()
      return id
    },
    async history(application, limit) {
      const sql = 'SELECT id, record FROM history WHERE application = ? ORDER BY id DESC LIMIT ?'
      return database
        .statement(sql)
        .all(application, limit ?? retention.history)
        .map((row) => ({ id: row['id'] as number, ...(JSON.parse(row['record'] as string) as HistoryRecord) }))
    },

    get failing() {
      return database.failing?.message
    },
    flush: () => database.durable(),
    [Symbol.asyncDispose]() {
      closed ??= close()
      return closed
    },
  }

  async function written(application: string, work: () => unknown): Promise<void> {
    database.write(work, `application ${application}`)
    await database.committed()
  }
}

function readApplications(database: Database): readonly ApplicationRecord[] {
  const records: ApplicationRecord[] = []
  for (const row of database.statement('SELECT record FROM applications ORDER BY name').iterate()) {
    records.push(JSON.parse(row['record'] as string) as ApplicationRecord)
  }
  return records
}

function insertHistory(database: Database, record: HistoryRecord, keep: number): number {
  const { lastInsertRowid } = database
    .statement('INSERT INTO history (application, bundle, finished_at, record) VALUES (?, ?, ?, ?)')
    .run(record.application, record.bundle, record.finishedAt, JSON.stringify(record))
  const prune = `DELETE FROM history WHERE application = ? AND id <=
    (SELECT id FROM history WHERE application = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`
  database.statement(prune).run(record.application, record.application, keep)
  return Number(lastInsertRowid)
}
