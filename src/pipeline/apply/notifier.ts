/** Wakes whoever waits for "something about this application changed". A version number makes a missed wake-up impossible. */

export interface Notifier {
  /** Grows with every notify. Read it before looking at the world, then wait for what comes after it. */
  readonly version: number
  notify(): void
  /** Resolves as soon as `version` is past the given one; rejects with the signal's reason. */
  past(version: number, signal: AbortSignal): Promise<void>
}

export function createNotifier(): Notifier {
  let version = 0
  const waiters = new Set<() => void>()
  return {
    get version() {
      return version
    },
    notify() {
      version++
      const woken = [...waiters]
      waiters.clear()
      for (const wake of woken) wake()
    },
    past(seen, signal) {
      if (version > seen) return Promise.resolve()
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        const onAbort = () => {
          waiters.delete(wake)
          reject(signal.reason)
        }
        const wake = () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        }
        signal.addEventListener('abort', onAbort, { once: true })
        waiters.add(wake)
      })
    },
  }
}
