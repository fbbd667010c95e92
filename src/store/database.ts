/**
 * One SQLite connection with group commit: the first write opens a transaction, a few milliseconds later it is committed with everything
 * that came meanwhile. Reads use the same connection, so they see what was written last, on disk or not. What the disk refuses (full,
 * locked, failing) is kept in memory and written as soon as it can be; meanwhile who waits for the disk is told that it fails.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { HalcyonError, messageOf } from '../api/errors.ts'
import { createUnsaved, type Write } from './unsaved.ts'

export interface Database extends AsyncDisposable {
  /** A prepared statement, kept for the next caller with the same text. */
  statement(sql: string): StatementSync
  /**
   * Runs statements inside the open group, perhaps again later: what they leave must not depend on how often they run. `name`: a later
   * write of the same name makes this one needless. Throws only what is wrong with the statements themselves.
   */
  write(work: () => void, name?: string): void
  /** Resolves when everything written so far is committed: it survives the death of the process. Rejects with StoreUnavailable. */
  committed(): Promise<void>
  /** Resolves when everything written so far is on the disk: it survives the death of the machine. Rejects with StoreUnavailable. */
  durable(): Promise<void>
  /** Why nothing can be written at the moment. */
  readonly failing: HalcyonError | undefined
  /** Called after each commit, before `committed` resolves. */
  onCommit(listener: () => void): void
  /** Runs SQL outside of any group. */
  exec(sql: string): void
}

export interface DatabaseOptions {
  /** Once for each time the disk stops to take writes, with SQLite's error. */
  readonly onFailing: (error: unknown) => void
  /** It takes them again; what was kept is written. `dropped` writes did not fit into memory. */
  readonly onRecovered: (kept: number, dropped: number) => void
  /** The database closes while the disk still refuses: so many writes are lost. */
  readonly onLost: (count: number, error: unknown) => void
}

// Not the Clock: how writes are grouped is about the disk, nobody waits for a certain time.
const groupMs = 3
const firstRetryMs = 100
const slowestRetryMs = 5_000
const keptAtMost = 50_000

interface Group {
  readonly writes: Write[]
  readonly done: PromiseWithResolvers<void>
  failure: unknown
}

export function openDatabase(path: string, options: DatabaseOptions): Database {
  const inner = new DatabaseSync(path)
  const inMemory = path === ':memory:'
  const statements = new Map<string, StatementSync>()
  const listeners: (() => void)[] = []
  const unsaved = createUnsaved(keptAtMost)
  let group: Group | undefined
  let timer: NodeJS.Timeout | undefined
  let failing: HalcyonError | undefined
  let retryMs = firstRetryMs
  let retryTimer: NodeJS.Timeout | undefined
  let log: FileHandle | undefined
  let syncing: Promise<void> | undefined
  let nextSync: Promise<void> | undefined

  // NORMAL does not wait for the disk at each commit; `durable` does, off the main thread and only for what asks for it.
  inner.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = OFF;
  `)

  function begin(): Group {
    if (group === undefined) {
      group = { writes: [], done: Promise.withResolvers(), failure: undefined }
      // Who needs to know waits for it; an append that nobody waits for must not become an unhandled rejection.
      group.done.promise.catch(() => {})
      timer = setTimeout(commit, groupMs)
      attempt(group, () => inner.exec('BEGIN'))
    }
    return group
  }

  /** Notes what the disk refuses; after the first refusal the group is lost as a whole and tried again as a whole. */
  function attempt(current: Group, work: () => void): void {
    if (current.failure !== undefined) return
    try {
      work()
    } catch (error) {
      if (!isOfDisk(error)) throw error
      current.failure = error
    }
  }

  function commit(): void {
    if (group === undefined) return
    const ending = group
    group = undefined
    clearTimeout(timer)
    attempt(ending, () => inner.exec('COMMIT'))
    if (ending.failure === undefined) {
      for (const listener of listeners) listener()
      ending.done.resolve()
      return
    }
    rollback()
    for (const write of ending.writes) unsaved.add(write)
    ending.done.reject(refused(ending.failure))
  }

  function rollback(): void {
    if (inner.isOpen && inner.isTransaction) inner.exec('ROLLBACK')
  }

  function refused(error: unknown): HalcyonError {
    if (failing === undefined) {
      failing = new HalcyonError('StoreUnavailable', `Cannot write to the store ${path}: ${messageOf(error)}`, {
        cause: error,
      })
      options.onFailing(error)
    }
    retryTimer ??= setTimeout(retry, retryMs)
    return failing
  }

  /** Writes what was kept, all or nothing. */
  function retry(): void {
    clearTimeout(retryTimer)
    retryTimer = undefined
    const all: Group = { writes: [...unsaved.all], done: Promise.withResolvers(), failure: undefined }
    attempt(all, () => inner.exec('BEGIN'))
    for (const write of all.writes) attempt(all, write.run)
    attempt(all, () => inner.exec('COMMIT'))
    if (all.failure !== undefined) {
      rollback()
      retryMs = Math.min(retryMs * 2, slowestRetryMs)
      refused(all.failure)
      return
    }
    const { size, dropped } = unsaved
    unsaved.clear()
    failing = undefined
    retryMs = firstRetryMs
    for (const listener of listeners) listener()
    options.onRecovered(size, dropped)
  }

  async function committed(): Promise<void> {
    if (failing !== undefined) throw failing
    await group?.done.promise
  }

  /** fdatasync of the write-ahead log: what SQLite itself does at each commit with synchronous = FULL, but without blocking the loop. */
  async function syncLog(): Promise<void> {
    log ??= await open(`${path}-wal`, 'r+')
    await log.datasync()
  }

  /** A sync that begins now, shared by all who ask before it begins. */
  function sync(): Promise<void> {
    if (syncing === undefined) {
      const current = syncLog().finally(() => {
        if (syncing === current) syncing = undefined
      })
      syncing = current
      return current
    }
    nextSync ??= syncing
      .catch(() => {})
      .then(() => {
        nextSync = undefined
        return sync()
      })
    return nextSync
  }

  return {
    statement(sql) {
      let statement = statements.get(sql)
      if (statement === undefined) {
        statement = inner.prepare(sql)
        statements.set(sql, statement)
      }
      return statement
    },
    write(run, name) {
      const write = { name, run }
      if (failing !== undefined) {
        unsaved.add(write)
        return
      }
      const current = begin()
      // Before it runs, so that a group that fails has it; a defect in the statements is its caller's and is not repeated.
      current.writes.push(write)
      try {
        attempt(current, run)
      } catch (error) {
        current.writes.splice(current.writes.indexOf(write), 1)
        throw error
      }
    },
    committed,
    async durable() {
      await committed()
      if (!inMemory) await sync()
    },
    get failing() {
      return failing
    },
    onCommit: (listener) => void listeners.push(listener),
    exec: (sql) => inner.exec(sql),
    async [Symbol.asyncDispose]() {
      commit()
      if (failing !== undefined) retry()
      clearTimeout(retryTimer)
      if (failing !== undefined) options.onLost(unsaved.size, failing.cause)
      await nextSync?.catch(() => {})
      await syncing?.catch(() => {})
      await log?.close()
      statements.clear()
      if (inner.isOpen) inner.close()
    },
  }
}

/** BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: nothing that another statement would cure. */
const ofDisk: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 26])

function isOfDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error && typeof error.errcode === 'number') return ofDisk.has(error.errcode & 0xff)
  // The connection is closed already.
  return 'code' in error && error.code === 'ERR_INVALID_STATE'
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  const primary = error.errcode & 0xff
  return primary === 11 || primary === 26
}
