/** Whether a failed sync is tried again, and when. Pure; its inputs and outcome are stored as a decision record. */

import type { Retry } from '../api/application.ts'
import { type Reason, reasons } from '../api/reasons.ts'
import { parseDuration } from '../kube/duration.ts'

export interface RetryInput {
  readonly reason: Reason
  /** Tries of this desired state that failed so far, at least 1. */
  readonly failed: number
  readonly lastAt: number
  readonly now: number
  readonly retry: Retry | undefined
  /** Everything was written, and only health did not follow. */
  readonly applied: boolean
}

export type RetryDecision =
  | { readonly kind: 'now'; readonly because: string }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly because: string }
  | { readonly kind: 'stop'; readonly because: string }

/** Argo CD's defaults: 5 tries, 5 s doubling up to 3 min (sync-policy `retry`). */
const defaults = { limit: 5, durationMs: 5_000, factor: 2, maxMs: 180_000 }

/**
 * Hooks are not run for ever: their failures obey the limit and then need a new commit or a person. What the API server refused is
 * looked at again without end, at the slowest pace, because the dry run in front of every try makes a vain one harmless.
 */
export function decideRetry(input: RetryInput): RetryDecision {
  const policy = reasons[input.reason].retry
  if (policy === 'never') return { kind: 'stop', because: `${input.reason} is cured by a new commit or a person only` }
  if (input.applied) return { kind: 'stop', because: 'everything is applied; health is watched' }
  const limit = input.retry?.limit ?? defaults.limit
  const isHook = input.reason === 'HookFailed' || input.reason === 'DeadlineExceeded'
  if (isHook && limit >= 0 && input.failed > limit)
    return { kind: 'stop', because: `${input.failed} tries failed, the limit is ${limit} retries` }
  const untilMs = input.lastAt + delayMs(input)
  if (untilMs <= input.now) return { kind: 'now', because: `retry ${input.failed}` }
  return { kind: 'wait', untilMs, because: `retry ${input.failed} of ${limit < 0 ? 'unlimited' : limit}` }
}

function delayMs(input: RetryInput): number {
  const backoff = input.retry?.backoff
  const duration = durationMs(backoff?.duration, defaults.durationMs)
  const factor = backoff?.factor ?? defaults.factor
  const max = durationMs(backoff?.maxDuration, defaults.maxMs)
  return Math.min(duration * factor ** Math.min(input.failed - 1, 30), max)
}

/** A bare number means seconds, as in Argo CD. */
function durationMs(text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback
  if (/^\d+$/.test(text)) return Number(text) * 1000
  return parseDuration(text) ?? fallback
}

/** The pause before drift is healed again: none at first, then 2 s, tripled up to 300 s (Argo CD's self-heal back-off). */
export function healDelayMs(heals: number): number {
  return heals === 0 ? 0 : Math.min(2_000 * 3 ** Math.min(heals - 1, 10), 300_000)
}
