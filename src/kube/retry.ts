/** Which failed requests are tried again, and when. Pure. */
import { ApiError, ConnectionError } from './errors.ts'
import { isPassing } from './failure.ts'

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly tries: number
  /** No try starts later than this after the first one. */
  readonly budgetMs: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** About 15 seconds: outlasts the restart of one API server replica; longer outages are the caller's to wait out. */
export const defaultRetry: RetryPolicy = { tries: 5, budgetMs: 15_000, firstDelayMs: 200, maxDelayMs: 5_000 }

export interface Attempt {
  /** 1 for the first. */
  readonly number: number
  readonly elapsedMs: number
  /** Sending it twice leaves the same state as sending it once. */
  readonly idempotent: boolean
  /** The server may have received it. */
  readonly sent: boolean
}

/**
 * Milliseconds to wait before the next try, or undefined when the error is final. A request that is not idempotent is tried again only
 * if the server cannot have processed it: it never left, it was refused with 429, or with a 503 that names a time.
 */
export function retryDelay(
  error: unknown,
  attempt: Attempt,
  policy: RetryPolicy,
  random: () => number,
): number | undefined {
  if (attempt.number >= policy.tries || !mayRetry(error, attempt)) return undefined
  const named = error instanceof ApiError ? error.retryAfterMs : undefined
  const delay = named === undefined ? backOff(attempt.number, policy, random) : named + random() * 100
  return attempt.elapsedMs + delay > policy.budgetMs ? undefined : delay
}

function mayRetry(error: unknown, attempt: Attempt): boolean {
  if (error instanceof ConnectionError) return isPassing(error) && (attempt.idempotent || !attempt.sent)
  if (!(error instanceof ApiError) || !error.shouldRetry()) return false
  return attempt.idempotent || error.code === 429 || (error.code === 503 && error.retryAfterMs !== undefined)
}

/** Doubles, with the upper half random, so that many clients do not come back together. */
export function backOff(
  failures: number,
  policy: Pick<RetryPolicy, 'firstDelayMs' | 'maxDelayMs'>,
  random: () => number,
): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failures - 1))
  return ceiling * (0.5 + random() * 0.5)
}
