/** Shares runs of some work among callers, but never a run that began before the call: its result may be older than what the caller knows. */

/** At most one run at a time, and at most one waiting behind it, however many call. */
export function createCatchUp<Value>(work: () => Promise<Value>): (signal?: AbortSignal) => Promise<Value> {
  let running: Promise<Value> | undefined
  let next: Promise<Value> | undefined

  function start(): Promise<Value> {
    const run = work().finally(() => {
      running = undefined
    })
    running = run
    return run
  }

  function join(): Promise<Value> {
    if (running === undefined) return start()
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }

  return (signal) => (signal === undefined ? join() : abortable(join(), signal))
}

/** Stops waiting, not the work. */
function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
