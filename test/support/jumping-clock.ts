/** A clock that goes like the real one and can be set forward: what is due by then rings at once, in order. */
import { type Clock, systemClock } from '../../src/runtime/clock.ts'

export interface JumpingClock extends Clock {
  /** Sets the clock forward to this moment (ms since the epoch). */
  jumpTo(at: number): void
}

export function createJumpingClock(start: number): JumpingClock {
  let offset = start - Date.now()
  const timers = new Map<number, { readonly at: number; readonly callback: () => void; cancel: () => void }>()
  let names = 0
  const now = () => Date.now() + offset

  function arm(name: number): void {
    const timer = timers.get(name)
    if (timer === undefined) return
    timer.cancel()
    // Real timers end at 2^31 ms; what is later is looked at again then.
    timer.cancel = systemClock.after(Math.min(Math.max(0, timer.at - now()), 2 ** 30), () => {
      if (timer.at > now()) return arm(name)
      timers.delete(name)
      timer.callback()
    })
  }

  function after(ms: number, callback: () => void): () => void {
    const name = names++
    timers.set(name, { at: now() + ms, callback, cancel: () => {} })
    arm(name)
    return () => {
      timers.get(name)?.cancel()
      timers.delete(name)
    }
  }

  return {
    now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason)
          return
        }
        const onAbort = () => {
          cancel()
          reject(signal?.reason)
        }
        const cancel = after(ms, () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        })
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    jumpTo(at) {
      offset = at - Date.now()
      for (const name of [...timers].sort(([, a], [, b]) => a.at - b.at).map(([name]) => name)) arm(name)
    },
  }
}
