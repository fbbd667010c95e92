/** A clock for tests that talk to a real server: sleeping moves it and returns at once, so back-off costs no time. */
import { type Clock, FakeClock } from '../../runtime/clock.ts'

export interface EagerClock extends Clock {
  /** Every wait so far, in milliseconds. */
  readonly slept: readonly number[]
  advance(ms: number): Promise<void>
}

export function createEagerClock(): EagerClock {
  const fake = new FakeClock()
  const slept: number[] = []
  return {
    slept,
    now: () => fake.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      await fake.advance(ms)
      signal?.throwIfAborted()
    },
    after: (ms, callback) => fake.after(ms, callback),
    advance: (ms) => fake.advance(ms),
  }
}
