/** At most n at a time, first come first served, cancellable. Pure of effects: it only orders its callers. */

export interface Limit {
  /** Resolves (or returns undefined at once) when the caller may go on; rejects with the signal's reason, and then holds nothing. */
  acquire(signal: AbortSignal | undefined): Promise<void> | undefined
  /** Every acquired place must be given back once. */
  release(): void
}

interface Waiting {
  readonly start: () => void
  gone: boolean
}

export function createLimit(size: number): Limit {
  let free = size
  const queue: Waiting[] = []
  let head = 0

  function next(): Waiting | undefined {
    while (head < queue.length) {
      const waiting = queue[head++]!
      // Taken entries are cut off in larger pieces: shift() on a long queue copies it every time.
      if (head > 1_024 && head * 2 > queue.length) {
        queue.splice(0, head)
        head = 0
      }
      if (!waiting.gone) return waiting
    }
    queue.length = 0
    head = 0
    return undefined
  }

  return {
    acquire(signal) {
      if (free > 0) {
        free--
        return undefined
      }
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.gone = true
          reject(signal?.reason)
        }
        const waiting: Waiting = {
          gone: false,
          start: () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        queue.push(waiting)
      })
    },
    release() {
      const waiting = next()
      if (waiting === undefined) free++
      else waiting.start()
    },
  }
}
