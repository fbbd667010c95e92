/** The last changes, for watches that resume. A ring: the oldest give way. No I/O. */
import type { Change } from './store.ts'

export interface History {
  add(change: Change): void
  /** Changes after the version, oldest first; undefined when some of them are already gone. */
  since(version: number): readonly Change[] | undefined
  /** Forgets everything: nothing before this version can be resumed. */
  startAt(version: number): void
  /** Versions before this one cannot be resumed. */
  readonly oldest: number
}

export function createHistory(capacity: number): History {
  let ring: Change[] = []
  let start = 0
  let oldest = 1

  /** Index (from the oldest) of the first change after the version. */
  function firstAfter(version: number): number {
    let low = 0
    let high = ring.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (at(middle).version > version) high = middle
      else low = middle + 1
    }
    return low
  }

  function at(index: number): Change {
    return ring[(start + index) % ring.length]!
  }

  return {
    get oldest() {
      return oldest
    },
    add(change) {
      if (ring.length < capacity) {
        ring.push(change)
        return
      }
      oldest = ring[start]!.version
      ring[start] = change
      start = (start + 1) % capacity
    },
    since(version) {
      if (version < oldest) return undefined
      const changes: Change[] = []
      for (let index = firstAfter(version); index < ring.length; index++) changes.push(at(index))
      return changes
    },
    startAt(version) {
      ring = []
      start = 0
      oldest = version
    },
  }
}
