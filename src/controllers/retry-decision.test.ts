import { expect, test } from 'vitest'
import { decideRetry, healDelayMs, type RetryInput } from './retry-decision.ts'

const input: RetryInput = {
  reason: 'ApplyRefused',
  failed: 1,
  lastAt: 1_000,
  now: 1_000,
  retry: undefined,
  applied: false,
}

test('decideRetry() waits five seconds after the first failure and doubles', () => {
  expect(decideRetry(input)).toMatchObject({ kind: 'wait', untilMs: 6_000 })
  expect(decideRetry({ ...input, failed: 2 })).toMatchObject({ kind: 'wait', untilMs: 11_000 })
  expect(decideRetry({ ...input, failed: 20 })).toMatchObject({ kind: 'wait', untilMs: 181_000 })
})

test('decideRetry() goes when the time has come', () => {
  expect(decideRetry({ ...input, now: 6_000 }).kind).toBe('now')
})

const rows: { reason: string; change: Partial<RetryInput>; want: string }[] = [
  {
    reason: 'a manifest that does not parse is cured by a commit only',
    change: { reason: 'ManifestInvalid' },
    want: 'stop',
  },
  {
    reason: 'what is applied and unhealthy has nothing left to try',
    change: { reason: 'HealthDegraded', applied: true },
    want: 'stop',
  },
  { reason: 'a hook is not run for ever', change: { reason: 'HookFailed', failed: 6, now: 1e9 }, want: 'stop' },
  { reason: 'a hook has its five retries', change: { reason: 'HookFailed', failed: 5, now: 1e9 }, want: 'now' },
  {
    reason: 'limit -1 means for ever, for hooks too',
    change: { reason: 'HookFailed', failed: 50, now: 1e9, retry: { limit: -1 } },
    want: 'now',
  },
  {
    reason: 'a refused apply is asked again without end, since a dry run goes first',
    change: { failed: 50, now: 1e9 },
    want: 'now',
  },
  {
    reason: 'limit 0 means no retry of a hook',
    change: { reason: 'HookFailed', retry: { limit: 0 }, now: 1e9 },
    want: 'stop',
  },
]

test.each(rows)('decideRetry(): $reason', ({ change, want }) => {
  expect(decideRetry({ ...input, ...change }).kind).toBe(want)
})

test('decideRetry() honours duration, factor and maxDuration of the Application', () => {
  const retry = { backoff: { duration: '10', factor: 3, maxDuration: '1m' } }
  expect(decideRetry({ ...input, retry })).toMatchObject({ untilMs: 11_000 })
  expect(decideRetry({ ...input, retry, failed: 2 })).toMatchObject({ untilMs: 31_000 })
  expect(decideRetry({ ...input, retry, failed: 3 })).toMatchObject({ untilMs: 61_000 })
})

test('healDelayMs() heals at once, then ever more seldom, at most every five minutes', () => {
  expect([0, 1, 2, 3, 20].map(healDelayMs)).toEqual([0, 2_000, 6_000, 18_000, 300_000])
})
