/** Which renders a change concerns: those that read one of the changed paths, or looked for it in vain. Pure. */
import type { ChangedPath, ReadEntry } from './source.ts'

/** Keys (an application and one of its sources) by what they read. Memory and time follow the read-sets, not the number of keys. */
export interface ReadSetIndex {
  /** Replaces what the key read before. */
  add(key: string, readSet: readonly ReadEntry[]): void
  remove(key: string): void
  /** Keys that read something the changes touch. Costs a few look-ups per changed path and directory level. */
  touched(changes: readonly ChangedPath[]): Set<string>
}

/** Most paths are read by one key only; a set for each would cost five times the memory. */
type Readers = string | Set<string>

interface Tables {
  readonly file: Map<string, Readers>
  readonly directory: Map<string, Readers>
  readonly tree: Map<string, Readers>
}

export function createReadSetIndex(): ReadSetIndex {
  const tables: Tables = { file: new Map(), directory: new Map(), tree: new Map() }
  const readSets = new Map<string, readonly ReadEntry[]>()

  function remove(key: string): void {
    for (const { kind, path } of readSets.get(key) ?? []) removeReader(tables[kind], path, key)
    readSets.delete(key)
  }

  return {
    add(key, readSet) {
      if (readSets.get(key) === readSet) return
      remove(key)
      readSets.set(key, readSet)
      for (const { kind, path } of readSet) addReader(tables[kind], path, key)
    },
    remove,
    touched(changes) {
      const keys = new Set<string>()
      if (readSets.size === 0) return keys
      for (const change of changes) {
        visit(change, (kind, path) => {
          const readers = tables[kind].get(path)
          if (typeof readers === 'string') keys.add(readers)
          else if (readers !== undefined) for (const key of readers) keys.add(key)
          return keys.size < readSets.size
        })
        if (keys.size === readSets.size) break
      }
      return keys
    },
  }
}

/** Whether one of the changes concerns the read-set. */
export function touches(readSet: readonly ReadEntry[], changes: readonly ChangedPath[]): boolean {
  if (readSet.length === 0 || changes.length === 0) return false
  const read = new Set(readSet.map(({ kind, path }) => `${kind} ${path}`))
  return changes.some((change) => {
    let isTouched = false
    visit(change, (kind, path) => {
      isTouched ||= read.has(`${kind} ${path}`)
      return !isTouched
    })
    return isTouched
  })
}

/**
 * Names every read entry that a change touches, until the visitor answers false. A file: the path itself, and each directory that came
 * or went with it, for a look-up of its name now ends differently. A directory: every one whose names differ. A tree: every one above.
 */
function visit(change: ChangedPath, visitor: (kind: ReadEntry['kind'], path: string) => boolean): void {
  const { path } = change
  const top = change.top ?? path
  const isNameChange = change.change !== 'modified' || change.top !== undefined
  let at = path
  let isNew = true
  for (;;) {
    // Below `top` everything came or went; above it only contents differ.
    if (isNew && !visitor('file', at)) return
    if (!visitor('tree', at)) return
    if (isNew && isNameChange && !visitor('directory', at)) return
    if (at === '') return
    const wasNew = isNew
    isNew = isNew && at.length > top.length
    at = parentOf(at)
    if (wasNew && !isNew && isNameChange && !visitor('directory', at)) return
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function addReader(table: Map<string, Readers>, path: string, key: string): void {
  const readers = table.get(path)
  if (readers === undefined) table.set(path, key)
  else if (typeof readers === 'string') {
    if (readers !== key) table.set(path, new Set([readers, key]))
  } else readers.add(key)
}

function removeReader(table: Map<string, Readers>, path: string, key: string): void {
  const readers = table.get(path)
  if (readers === undefined) return
  if (typeof readers === 'string') {
    if (readers === key) table.delete(path)
    return
  }
  readers.delete(key)
  const [only] = readers
  if (readers.size === 1 && only !== undefined) table.set(path, only)
}
