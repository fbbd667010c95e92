/**
 * One SQLite connection with group commit: the first write opens a transaction, a few milliseconds later it is committed with everything
 * that came meanwhile. Reads use the same connection, so they see what was written last, on disk or not.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export interface Database extends AsyncDisposable {
  /** A prepared statement, kept for the next caller with the same text. */
  statement(sql: string): StatementSync
  /** Runs statements inside the open group. */
  write<Value>(work: () => Value): Value
  /** Resolves when everything written so far is committed: it survives the death of the process. */
  committed(): Promise<void>
  /** Resolves when everything written so far is on the disk: it survives the death of the machine. */
  durable(): Promise<void>
  /** Called after each commit, before `committed` resolves. */
  onCommit(listener: () => void): void
  /** Runs SQL outside of any group. */
  exec(sql: string): void
}

// Not the Clock: how writes are grouped is about the disk, nobody waits for a certain time.
const groupMs = 3

/** `onLost` is told when a group could not be committed; what was in it is lost, and who waits for it is told as well. */
export function openDatabase(path: string, onLost: (error: unknown) => void): Database {
  const inner = new DatabaseSync(path)
  const inMemory = path === ':memory:'
  const statements = new Map<string, StatementSync>()
  const listeners: (() => void)[] = []
  let group: PromiseWithResolvers<void> | undefined
  let timer: NodeJS.Timeout | undefined
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

  function begin(): PromiseWithResolvers<void> {
    if (group === undefined) {
      inner.exec('BEGIN')
      group = Promise.withResolvers()
      // Who needs to know waits for it; an append that nobody waits for must not become an unhandled rejection.
      group.promise.catch(() => {})
      timer = setTimeout(commit, groupMs)
    }
    return group
  }

  function commit(): void {
    if (group === undefined) return
    const ending = group
    group = undefined
    clearTimeout(timer)
    try {
      inner.exec('COMMIT')
    } catch (error) {
      if (inner.isTransaction) inner.exec('ROLLBACK')
      onLost(error)
      ending.reject(error)
      return
    }
    for (const listener of listeners) listener()
    ending.resolve()
  }

  async function committed(): Promise<void> {
    await group?.promise
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
    write(work) {
      begin()
      return work()
    },
    committed,
    async durable() {
      await committed()
      if (!inMemory) await sync()
    },
    onCommit: (listener) => void listeners.push(listener),
    exec: (sql) => inner.exec(sql),
    async [Symbol.asyncDispose]() {
      commit()
      await nextSync?.catch(() => {})
      await syncing?.catch(() => {})
      await log?.close()
      statements.clear()
      if (inner.isOpen) inner.close()
    },
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  const primary = error.errcode & 0xff
  return primary === 11 || primary === 26
}
