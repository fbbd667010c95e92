/** Content-addressed bytes in two tables: bundles (kept while something refers to them) and renders (a cache bounded by size). */
import type { Clock } from '../runtime/clock.ts'
import type { Database } from './database.ts'
import { pack, unpack } from './pack.ts'

const hourMs = 3_600_000

export interface Bundles {
  put(digest: string, bytes: Uint8Array): Promise<void>
  get(digest: string): Promise<Uint8Array | undefined>
  /** Deletes what no application and no history refers to, except what was put within the last hour: its reference may be under way. */
  sweep(): void
}

export function createBundles(database: Database, clock: Clock): Bundles {
  const find = database.statement('SELECT at FROM bundles WHERE digest = ?')
  return {
    async put(digest, bytes) {
      const found = find.get(digest)
      if (found === undefined) {
        const packed = await pack(bytes)
        const sql = 'INSERT OR IGNORE INTO bundles (digest, at, bytes) VALUES (?, ?, ?)'
        database.write(() => database.statement(sql).run(digest, clock.now(), packed))
      } else if (clock.now() - (found['at'] as number) > hourMs / 2) {
        database.write(() => database.statement('UPDATE bundles SET at = ? WHERE digest = ?').run(clock.now(), digest))
      } else {
        // Written before, but perhaps in the group that is still open.
        return database.durable()
      }
      return database.durable()
    },
    get: (digest) => read(database, 'SELECT bytes FROM bundles WHERE digest = ?', digest),
    sweep() {
      const sql = `DELETE FROM bundles WHERE at < ?
        AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.bundle = bundles.digest)
        AND NOT EXISTS (SELECT 1 FROM history WHERE history.bundle = bundles.digest)`
      database.write(() => database.statement(sql).run(clock.now() - hourMs))
    },
  }
}

export interface Renders {
  put(digest: string, bytes: Uint8Array): Promise<void>
  get(digest: string): Promise<Uint8Array | undefined>
}

export function createRenders(database: Database, clock: Clock, maxBytes: number): Renders {
  let total: number | undefined

  /** Summed once, when the first render is written. */
  function size(): number {
    total ??= database.statement('SELECT coalesce(sum(size), 0) AS total FROM renders').get()!['total'] as number
    return total
  }

  /** Drops what was used longest ago until a tenth of the budget is free. */
  function makeRoom(): void {
    const oldest = database.statement('SELECT digest, size FROM renders ORDER BY used_at LIMIT 50')
    const remove = database.statement('DELETE FROM renders WHERE digest = ?')
    while (size() > maxBytes * 0.9) {
      const rows = oldest.all()
      if (rows.length === 0) return
      for (const row of rows) {
        if (size() <= maxBytes * 0.9) return
        remove.run(row['digest'] as string)
        total = size() - (row['size'] as number)
      }
    }
  }

  return {
    async put(digest, bytes) {
      if (database.statement('SELECT 1 FROM renders WHERE digest = ?').get(digest) !== undefined) return
      const packed = await pack(bytes)
      if (packed.length > maxBytes) return
      const before = size()
      database.write(() => {
        const sql = 'INSERT OR IGNORE INTO renders (digest, used_at, size, bytes) VALUES (?, ?, ?, ?)'
        const { changes } = database.statement(sql).run(digest, clock.now(), packed.length, packed)
        if (changes === 0) return
        total = before + packed.length
        if (total > maxBytes) makeRoom()
      })
      return database.committed()
    },
    async get(digest) {
      const row = database.statement('SELECT used_at, bytes FROM renders WHERE digest = ?').get(digest)
      if (row === undefined) return undefined
      // Hourly is exact enough to know what was used longest ago, and keeps reads from being writes.
      if (clock.now() - (row['used_at'] as number) > hourMs) {
        const touch = database.statement('UPDATE renders SET used_at = ? WHERE digest = ?')
        database.write(() => touch.run(clock.now(), digest))
      }
      return unpack(row['bytes'] as Uint8Array)
    },
  }
}

async function read(database: Database, sql: string, digest: string): Promise<Uint8Array | undefined> {
  const row = database.statement(sql).get(digest)
  return row === undefined ? undefined : unpack(row['bytes'] as Uint8Array)
}
