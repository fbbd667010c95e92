/** Callers that want the same thing at the same time share one piece of work, which stops only when all of them have gone. */

interface Flight<T> {
  readonly promise: Promise<T>
  readonly controller: AbortController
  waiting: number
}

export class SharedFlight<T> {
  readonly #flights = new Map<string, Flight<T>>()

  /** Joins the work under way for the key, or starts it. An aborted caller gets its own signal's reason. */
  async run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const flight = this.#flights.get(key) ?? this.#start(key, work)
    flight.waiting++
    try {
      return await orAbort(flight.promise, signal)
    } finally {
      flight.waiting--
      if (flight.waiting === 0) {
        flight.controller.abort(signal?.reason)
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController()
    const flight: Flight<T> = { promise: work(controller.signal), controller, waiting: 0 }
    // The last caller may have left before the work fails.
    flight.promise.catch(() => {})
    this.#flights.set(key, flight)
    return flight
  }
}

function orAbort<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
