/** Watches a changing set of directories, each on its own: Node's recursive watch opens one per file. Effect: file system events. */
import { type FSWatcher, watch } from 'node:fs'

export interface DirectoryWatch {
  /** From now on exactly these. What cannot be watched (limits, gone) is left out: callers poll as well. Returns how many are new. */
  set(directories: Iterable<string>): number
  close(): void
}

/** Calls back with the directory and the name in it, when the system knows one. Never keeps the process alive. */
export function createDirectoryWatch(
  onEvent: (directory: string, name: string | undefined) => void,
  limit = 5000,
): DirectoryWatch {
  const watchers = new Map<string, FSWatcher>()

  function drop(directory: string): void {
    watchers.get(directory)?.close()
    watchers.delete(directory)
  }

  function add(directory: string): boolean {
    try {
      const watcher = watch(directory, { persistent: false }, (_, name) => onEvent(directory, name ?? undefined))
      watcher.on('error', () => drop(directory))
      watchers.set(directory, watcher)
      return true
    } catch {
      return false
    }
  }

  return {
    set(directories) {
      const wanted = new Set(directories)
      for (const directory of [...watchers.keys()]) if (!wanted.has(directory)) drop(directory)
      let added = 0
      for (const directory of wanted) {
        if (watchers.has(directory)) continue
        if (watchers.size < limit && add(directory)) added++
      }
      return added
    },
    close() {
      for (const directory of [...watchers.keys()]) drop(directory)
    },
  }
}
