/** Trying again: how long to wait (pure) and the loop that does it. */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

export interface Backoff {
  /** The wait after the first failure. */
  readonly baseMs: number
  readonly factor: number
  readonly maxMs: number
  /** The share of the wait that is random, 0 to 1; the wait only gets shorter, so `maxMs` holds. Default 0. */
  readonly jitter?: number
}

/** The wait after the `attempt`-th failure in a row, counted from 1. Pure but for `random`. */
export function backoffMs(attempt: number, backoff: Backoff, random: Random): number {
  const exponent = Math.max(0, attempt - 1)
  const full = Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** exponent)
  return Math.round(full * (1 - (backoff.jitter ?? 0) * random()))
}

export interface RetryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  /** Tries in total, the first included. */
  readonly attempts: number
  readonly shouldRetry: (error: unknown) => boolean
  /** A wait the other side asked for (`Retry-After`); it replaces a shorter back-off. */
  readonly askedWaitMs?: (error: unknown) => number | undefined
}

/** Runs `work` until it succeeds; rethrows its last error. An abort ends the wait with the signal's reason. */
export async function retry<Value>(
  work: (attempt: number) => Promise<Value>,
  options: RetryOptions,
  signal?: AbortSignal,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      if (attempt >= options.attempts || signal?.aborted || !options.shouldRetry(error)) throw error
      const wait = backoffMs(attempt, options.backoff, options.random)
      await options.clock.sleep(Math.max(wait, options.askedWaitMs?.(error) ?? 0), signal)
    }
  }
}
