/** Bounded concurrency: at most `limit` pieces of work at once, the rest wait in order. */

export interface Pool {
  /** Waits for a place, runs `work`, gives the place on. An abort while waiting rejects with the signal's reason; `work` handles its own. */
  run<Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value>
  /** Resolves at once, or as soon as fewer than `limit` wait: for who makes work for the pool and must not pile it up. */
  room(limit: number, signal: AbortSignal): Promise<void>
  readonly active: number
  readonly waiting: number
}

export function createPool(limit: number): Pool {
  let active = 0
  const waiting = new Set<() => void>()
  /** Who waits for room, with the length of the line that is short enough. */
  const outside = new Map<() => void, number>()

  function release(): void {
    const next = waiting.values().next().value
    if (next === undefined) active--
    else {
      // The place is handed over, not freed: nobody who comes later can slip in between.
      waiting.delete(next)
      next()
    }
    letIn()
  }

  /** Who is let in may turn out to have no work, so the line may stay shorter than it could be, never longer than `outside` and it together. */
  function letIn(): void {
    for (const [enter, limit] of outside) {
      if (waiting.size >= limit) return
      outside.delete(enter)
      enter()
    }
  }

  function place(
    line: { delete(enter: () => void): boolean },
    add: (enter: () => void) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        line.delete(enter)
        reject(signal?.reason)
        letIn()
      }
      add(enter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted()
      if (active < limit) active++
      else await place(waiting, (enter) => waiting.add(enter), signal)
      try {
        return await work()
      } finally {
        release()
      }
    },
    async room(limit, signal) {
      signal.throwIfAborted()
      if (waiting.size >= limit) await place(outside, (enter) => outside.set(enter, limit), signal)
    },
    get active() {
      return active
    },
    get waiting() {
      return waiting.size
    },
  }
}
