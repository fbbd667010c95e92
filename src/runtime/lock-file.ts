/**
 * One process per data directory. The lock is the kernel's (SQLite's exclusive file lock), so it vanishes with its process, even after
 * kill -9 or when process ids are reused or belong to another container; a file beside it names the holder for people.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface LockHolder {
  readonly pid: number
  /** ISO 8601. */
  readonly startedAt: string
}

/** Somebody else holds the directory. `holder` is undefined when they did not leave their name. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError'
  readonly holder: LockHolder | undefined

  constructor(directory: string, holder: LockHolder | undefined, options?: { cause?: unknown }) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}, running since ${holder.startedAt},`
    super(`Cannot open ${directory}: ${who} holds it`, options)
    this.holder = holder
  }
}

export interface DirectoryLock extends Disposable {
  readonly holder: LockHolder
}

/** Takes the lock or throws LockHeldError at once. The directory is made if needed, readable by its owner only. */
export async function lockDirectory(directory: string, holder: LockHolder): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const holderFile = join(directory, 'lock.json')
  const file = join(directory, 'lock')
  // Made here so that nobody but the owner can read it, whatever the umask.
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new LockHeldError(directory, readHolder(holderFile), { cause })
  }
  writeFileSync(holderFile, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  return {
    holder,
    [Symbol.dispose]() {
      if (!database.isOpen) return
      rmSync(holderFile, { force: true })
      database.close()
    },
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return undefined
    const { pid, startedAt } = value
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined
  } catch {
    // Half-written or absent: the lock still holds, only its name is missing.
    return undefined
  }
}
