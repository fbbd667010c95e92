/** Bounded concurrency: at most `limit` pieces of work at once, the rest wait in order. */

export interface Pool {
  /** Waits for a place, runs `work`, gives the place on. An abort while waiting rejects with the signal's reason; `work` handles its own. */
  run<Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value>
  readonly active: number
  readonly waiting: number
}

export function createPool(limit: number): Pool {
  let active = 0
  const waiting = new Set<() => void>()

  function release(): void {
    const next = waiting.values().next().value
    if (next === undefined) {
      active--
      return
    }
    // The place is handed over, not freed: nobody who comes later can slip in between.
    waiting.delete(next)
    next()
  }

  function place(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        waiting.delete(enter)
        reject(signal?.reason)
      }
      waiting.add(enter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted()
      if (active < limit) active++
      else await place(signal)
      try {
        return await work()
      } finally {
        release()
      }
    },
    get active() {
      return active
    },
    get waiting() {
      return waiting.size
    },
  }
}
