/** The append-only event log: numbered here, kept in a table, the newest also in memory so that followers never poll. */
import type { EventView } from '../api/views.ts'
import type { Database } from './database.ts'
import type { EventQuery } from './store.ts'

/** A follower may lag this far behind the newest event. */
export const followWindow = 10_000
/** So many are kept in memory; who is further behind reads the table. */
const ringSize = 1_000
const backfillPage = 500

/** The follower is dropped; it may start again from the last event it got. */
export class FollowerTooSlowError extends Error {
  override readonly name = 'FollowerTooSlowError'

  constructor(position: number) {
    super(`Cannot follow events: the reader at ${position} is more than ${followWindow} events behind`)
  }
}

export interface EventLog {
  append(event: Omit<EventView, 'seq'>): EventView
  query(query: EventQuery): readonly EventView[]
  follow(cursor: number, signal: AbortSignal): AsyncGenerator<EventView>
  /** Deletes events up to `seq`, but never the newest: its number must not be given out again. */
  prune(seq: number): void
  readonly lastSeq: number
}

/** `firstSeq` is the least number the next event may get. */
export function createEventLog(database: Database, firstSeq: number): EventLog {
  const newest = database.statement('SELECT max(seq) AS seq FROM events').get()?.['seq']
  let lastSeq = Math.max(typeof newest === 'number' ? newest : 0, firstSeq - 1)
  // Followers see what is committed only: after a crash a number may be given out again, and nobody must have seen it before.
  let publishedSeq = lastSeq
  let prunedSeq = 0
  const ringStart = lastSeq + 1
  const ring: EventView[] = []
  const sleepers = new Set<() => void>()

  const insert = database.statement(
    'INSERT INTO events (seq, at, type, application, message, reason, trace_id, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )

  database.onCommit(() => {
    if (publishedSeq === lastSeq) return
    publishedSeq = lastSeq
    for (const wake of sleepers) wake()
  })

  function oldestInRing(): number {
    return Math.max(ringStart, lastSeq - ringSize + 1)
  }

  function page(after: number): readonly EventView[] {
    return database
      .statement('SELECT * FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
      .all(after, publishedSeq, backfillPage)
      .map(eventOf)
  }

  /** Until the next commit with events, or the abort. */
  function sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        sleepers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      sleepers.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  async function* follow(cursor: number, signal: AbortSignal): AsyncGenerator<EventView> {
    // A cursor from the future belongs to a log that is gone.
    let position = Math.min(cursor, publishedSeq)
    let started = false
    let live = false
    while (!signal.aborted) {
      if (position >= publishedSeq) {
        live = true
        await sleep(signal)
        continue
      }
      if (position + 1 >= oldestInRing()) {
        position++
        yield ring[(position - ringStart) % ringSize]!
        started = true
        continue
      }
      if ((live && position < lastSeq - followWindow) || (started && position < prunedSeq))
        throw new FollowerTooSlowError(position)
      const events = page(position)
      if (events.length === 0) position = Math.min(oldestInRing() - 1, publishedSeq)
      for (const event of events) {
        if (signal.aborted) return
        position = event.seq
        yield event
        started = true
      }
    }
  }

  return {
    append(event) {
      const numbered: EventView = { seq: lastSeq + 1, ...event }
      database.write(() =>
        insert.run(
          numbered.seq,
          event.at,
          event.type,
          event.application,
          event.message,
          event.reason ?? null,
          event.traceId ?? null,
          event.data === undefined ? null : JSON.stringify(event.data),
        ),
      )
      lastSeq = numbered.seq
      ring[(lastSeq - ringStart) % ringSize] = numbered
      return numbered
    },
    query: (query) => queryEvents(database, query),
    follow,
    prune(seq) {
      const upTo = Math.min(seq, lastSeq - 1)
      if (upTo <= prunedSeq) return
      database.write(() => database.statement('DELETE FROM events WHERE seq <= ?').run(upTo))
      prunedSeq = upTo
    },
    get lastSeq() {
      return lastSeq
    },
  }
}

function queryEvents(database: Database, query: EventQuery): readonly EventView[] {
  const types = query.types ?? []
  const conditions = ['seq > ?']
  const values: (string | number)[] = [query.after ?? 0]
  if (query.before !== undefined) {
    conditions.push('seq < ?')
    values.push(query.before)
  }
  if (query.application !== undefined) {
    conditions.push('application = ?')
    values.push(query.application)
  }
  if (types.length > 0) {
    // One statement text for any number of types keeps the statement cache small.
    conditions.push('type IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(types))
  }
  values.push(query.limit ?? 1_000)
  const order = query.newestFirst ? 'DESC' : 'ASC'
  const sql = `SELECT * FROM events WHERE ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT ?`
  return database
    .statement(sql)
    .all(...values)
    .map(eventOf)
}

function eventOf(row: Record<string, unknown>): EventView {
  const { reason, trace_id: traceId, data } = row
  return {
    seq: row['seq'] as number,
    at: row['at'] as string,
    type: row['type'] as string,
    application: row['application'] as string,
    message: row['message'] as string,
    ...(reason === null ? {} : { reason: reason as NonNullable<EventView['reason']> }),
    ...(traceId === null ? {} : { traceId: traceId as string }),
    ...(data === null ? {} : { data: JSON.parse(data as string) as NonNullable<EventView['data']> }),
  }
}
