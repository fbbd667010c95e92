/** Calls for the same key at the same time share one run of the work. */

export interface SingleFlight<Key, Value> {
  /**
   * Joins the run in flight for `key`, or starts one. A caller who aborts stops waiting at once; the work itself is aborted only when
   * nobody waits for it any more.
   */
  run(key: Key, work: (signal: AbortSignal) => Promise<Value>, signal?: AbortSignal): Promise<Value>
  readonly size: number
}

interface Flight<Value> {
  readonly result: Promise<Value>
  readonly controller: AbortController
  passengers: number
}

export function createSingleFlight<Key, Value>(): SingleFlight<Key, Value> {
  const flights = new Map<Key, Flight<Value>>()

  function start(key: Key, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController()
    const result = (async () => work(controller.signal))()
    const flight: Flight<Value> = { result, controller, passengers: 0 }
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    result.then(land, land)
    flights.set(key, flight)
    return flight
  }

  function leave(key: Key, flight: Flight<Value>, reason: unknown): void {
    if (--flight.passengers > 0) return
    // Who comes after this must not join a run that is being torn down.
    if (flights.get(key) === flight) flights.delete(key)
    flight.controller.abort(reason)
  }

  return {
    async run(key, work, signal) {
      signal?.throwIfAborted()
      const flight = flights.get(key) ?? start(key, work)
      flight.passengers++
      if (signal === undefined) return flight.result
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          leave(key, flight, signal.reason)
          reject(signal.reason)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        flight.result.then(
          (value) => {
            signal.removeEventListener('abort', onAbort)
            resolve(value)
          },
          (error: unknown) => {
            signal.removeEventListener('abort', onAbort)
            reject(error)
          },
        )
      })
    },
    get size() {
      return flights.size
    },
  }
}
