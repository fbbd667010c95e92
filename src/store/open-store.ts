/** Opens the store in a data directory: schema steps, a check after an unclean end, and a fresh start when the file is damaged. */
import { closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Logger, silentLogger } from '../runtime/logger.ts'
import { type Database, isCorruption, openDatabase } from './database.ts'
import { defaultRetention, type Retention } from './retention.ts'
import { migrations } from './schema.ts'
import { createSqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  readonly clock: Clock
  readonly logger?: Logger
  readonly retention?: Partial<Retention>
}

/** The file is not what SQLite wrote. */
class DamagedError extends Error {
  override readonly name = 'DamagedError'
}

/**
 * The store in `directory`, or in memory for `:memory:`. Exactly one process may have it open (`runtime/lock-file.ts`). A damaged
 * database is moved aside and replaced by an empty one, with an error in the log and an event `StoreRebuilt`: what it held is derived
 * from Git and the cluster, except history. A database of a newer Halcyon throws HalcyonError ConfigInvalid.
 */
export async function openStore(directory: string, options: OpenStoreOptions): Promise<Store> {
  const logger = options.logger ?? silentLogger
  if (directory === ':memory:') return compose(':memory:', options, logger, 1)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'halcyon.db')
  try {
    return await compose(path, options, logger, 1)
  } catch (error) {
    if (!isCorruption(error) && !(error instanceof DamagedError)) throw error
    const aside = moveAside(path, options.clock.now())
    logger.error({ err: error, aside }, 'store is damaged; it was moved aside and starts empty')
    // Above any number the old log can have given out, so that nobody's cursor skips a new event.
    const store = await compose(path, options, logger, options.clock.now())
    store.appendEvent({
      at: new Date(options.clock.now()).toISOString(),
      type: 'StoreRebuilt',
      application: '',
      message: `The store was damaged (${messageOf(error)}) and starts empty; the old file is kept as ${aside}`,
    })
    return store
  }
}

async function compose(path: string, options: OpenStoreOptions, logger: Logger, firstSeq: number): Promise<Store> {
  // Made here so that nobody but the owner can read it; SQLite gives its side files the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  let damaged = false
  function onError(what: string, error: unknown): void {
    damaged ||= isCorruption(error)
    logger.error({ err: error }, what)
  }
  let store: Store | undefined
  const database = openDatabase(path, {
    onFailing: (error) => onError('the store cannot be written; what is new is kept in memory', error),
    onRecovered(kept, dropped) {
      const message = `The store can be written again: ${kept} records were kept and are written, ${dropped} are lost`
      logger.info({ kept, dropped }, 'the store can be written again')
      store?.appendEvent({
        at: new Date(options.clock.now()).toISOString(),
        type: 'StoreRecovered',
        application: '',
        message,
      })
    },
    onLost: (count, error) => onError(`the store cannot be written at the end; ${count} records are lost`, error),
  })
  try {
    migrate(database)
    checkAfterUncleanEnd(database)
    store = createSqliteStore(database, {
      clock: options.clock,
      retention: { ...defaultRetention, ...options.retention },
      firstSeq,
      onError,
      beforeClose() {
        // Left open, so that the next start checks the file and replaces it.
        if (!damaged && database.failing === undefined) markClean(database)
      },
    })
    return store
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

function migrate(database: Database): void {
  const version = database.statement('PRAGMA user_version').get()!['user_version'] as number
  if (version > migrations.length) {
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot open the store: its schema is ${version}, this halcyon knows ${migrations.length}; start the newer halcyon`,
    )
  }
  for (const [index, step] of migrations.entries()) {
    if (index >= version) database.exec(`BEGIN; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}

/** A full check costs a read of the whole file, so it runs only when the last process did not close the store. */
function checkAfterUncleanEnd(database: Database): void {
  const open = database.statement("SELECT 1 FROM meta WHERE key = 'open'").get()
  if (open === undefined) {
    database.exec("INSERT INTO meta (key, value) VALUES ('open', '1')")
    return
  }
  const [first] = database.statement('PRAGMA quick_check(1)').all()
  if (first?.['quick_check'] !== 'ok') throw new DamagedError(String(first?.['quick_check']))
}

function markClean(database: Database): void {
  database.exec("DELETE FROM meta WHERE key = 'open'")
}

function moveAside(path: string, now: number): string {
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}
