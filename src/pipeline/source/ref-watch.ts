/** Notices that refs of a local repository moved: file events within milliseconds, and a poll as a safety net. Effect: file system. */
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../runtime/clock.ts'
import { createDirectoryWatch } from './directory-watch.ts'
import { findGitDir } from './git-dir.ts'

export interface WatchTimes {
  /** A push writes several files; what comes within this time is one call. */
  readonly debounceMs: number
  readonly pollMs: number
}

export const watchTimes: WatchTimes = { debounceMs: 4, pollMs: 2_000 }

/** Branches live in folders named by people; more folders than this are left to the poll of `refs/heads` itself. */
const maxDirectories = 1_000

/** Calls back when a branch, a tag or HEAD of the repository at `path` may have moved. Returns the function that stops it. */
export function watchRefs(path: string, clock: Clock, onMove: () => void, times: WatchTimes = watchTimes): () => void {
  let cancelDebounce: (() => void) | undefined
  let cancelPoll: (() => void) | undefined
  let places = placesOf(path)
  let seen = signature(places)

  const watcher = createDirectoryWatch((directory, name) => {
    if (name !== undefined && !concerns(directory, name)) return
    cancelDebounce ??= clock.after(times.debounceMs, () => {
      cancelDebounce = undefined
      // Taken before the call: what moves from now on is seen by the next look.
      refresh()
      onMove()
    })
  })

  function concerns(directory: string, name: string): boolean {
    if (name.endsWith('.lock')) return false
    const isTop = directory === places.own || directory === places.common
    return !isTop || name === 'HEAD' || name === 'packed-refs' || name === 'refs' || name === 'reftable'
  }

  function refresh(): void {
    places = placesOf(path)
    watcher.set(places.directories)
    seen = signature(places)
  }

  function poll(): void {
    cancelPoll = clock.after(times.pollMs, () => {
      const before = seen
      refresh()
      if (seen !== before) onMove()
      poll()
    })
  }

  watcher.set(places.directories)
  poll()
  return () => {
    cancelDebounce?.()
    cancelPoll?.()
    watcher.close()
  }
}

interface Places {
  readonly own: string
  readonly common: string
  readonly directories: readonly string[]
}

function placesOf(path: string): Places {
  const gitDir = findGitDir(path)
  if (gitDir === undefined) return { own: path, common: path, directories: [path] }
  const directories = new Set([gitDir.own, gitDir.common, join(gitDir.common, 'refs')])
  for (const kind of ['heads', 'tags']) addDirectories(join(gitDir.common, 'refs', kind), directories)
  const reftable = join(gitDir.common, 'reftable')
  if (statSync(reftable, { throwIfNoEntry: false })?.isDirectory()) directories.add(reftable)
  return { ...gitDir, directories: [...directories] }
}

function addDirectories(path: string, into: Set<string>): void {
  const todo = [path]
  for (let next = todo.pop(); next !== undefined && into.size < maxDirectories; next = todo.pop()) {
    let entries: Dirent[]
    try {
      entries = readdirSync(next, { withFileTypes: true })
    } catch {
      continue
    }
    into.add(next)
    for (const entry of entries) if (entry.isDirectory()) todo.push(join(next, entry.name))
  }
}

/** Changes whenever a ref is written: git renames a lock file into place, which changes its directory. */
function signature(places: Places): string {
  const parts: string[] = []
  const note = (path: string) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    parts.push(stat === undefined ? '-' : `${stat.ino}.${stat.mtimeNs}.${stat.size}`)
  }
  for (const directory of places.directories) {
    // Everything happens in the top directories (lock files, the index); only two of their files matter.
    if (directory !== places.own && directory !== places.common) note(directory)
  }
  note(join(places.own, 'HEAD'))
  note(join(places.common, 'packed-refs'))
  return parts.join(' ')
}
