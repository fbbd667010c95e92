/** Writes that the disk refused, in order, until it takes them. Of writes with one name only the last is kept. Bounded. No effects. */

export interface Write {
  /** A later write of the same name replaces this one; undefined = each counts. */
  readonly name: string | undefined
  readonly run: () => void
}

export interface Unsaved {
  add(write: Write): void
  readonly all: Iterable<Write>
  readonly size: number
  /** How many did not fit and are lost. */
  readonly dropped: number
  clear(): void
}

export function createUnsaved(limit: number): Unsaved {
  const kept = new Map<string | symbol, Write>()
  let dropped = 0
  return {
    add(write) {
      const key = write.name ?? Symbol()
      // Not in its old place: the order among different things is the order of their last writes.
      kept.delete(key)
      if (kept.size >= limit) dropped++
      else kept.set(key, write)
    },
    get all() {
      return kept.values()
    },
    get size() {
      return kept.size
    },
    get dropped() {
      return dropped
    },
    clear() {
      kept.clear()
      dropped = 0
    },
  }
}
