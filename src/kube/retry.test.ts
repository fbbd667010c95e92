/** Which failures are tried again, and when. */
import { expect, test } from 'vitest'
import { ApiError, ConnectionError } from './errors.ts'
import { type Attempt, backOff, defaultRetry, retryDelay } from './retry.ts'

const first: Attempt = { number: 1, elapsedMs: 0, idempotent: true, sent: true }
const creating: Attempt = { ...first, idempotent: false }
const reset = new ConnectionError('reset', { cause: { code: 'ECONNRESET' } })

function answer(code: number, retryAfterMs?: number): ApiError {
  return new ApiError(code, 'Why', 'why', retryAfterMs === undefined ? {} : { retryAfterMs })
}

const rows: { error: Error; attempt: Attempt; delay: number | undefined; reason: string }[] = [
  { error: reset, attempt: first, delay: 150, reason: 'a reset may pass' },
  { error: reset, attempt: { ...first, number: 3 }, delay: 600, reason: 'delays double' },
  { error: reset, attempt: { ...first, number: 5 }, delay: undefined, reason: 'five tries are enough' },
  { error: reset, attempt: { ...first, elapsedMs: 14_900 }, delay: undefined, reason: 'so are fifteen seconds' },
  { error: reset, attempt: creating, delay: undefined, reason: 'a create may have been processed' },
  { error: reset, attempt: { ...creating, sent: false }, delay: 150, reason: 'a create that never left' },
  {
    error: new ConnectionError('tls', { cause: { code: 'CERT_HAS_EXPIRED' } }),
    attempt: first,
    delay: undefined,
    reason: 'certificates do not renew in seconds',
  },
  {
    error: answer(429, 3_000),
    attempt: creating,
    delay: 3_050,
    reason: '429 was not processed; the server names the time',
  },
  { error: answer(429, 60_000), attempt: first, delay: undefined, reason: 'the named time is beyond the budget' },
  { error: answer(500), attempt: first, delay: 150, reason: 'a failing webhook may recover' },
  { error: answer(500), attempt: creating, delay: undefined, reason: 'a create that failed half-way may exist' },
  {
    error: new ApiError(
      500,
      '',
      'failed to create typed patch object (a/b; v1, Kind=X): .spec.c: field not declared in schema',
    ),
    attempt: first,
    delay: undefined,
    reason: 'a 500 about the schema is about the object, not the server',
  },
  { error: answer(503), attempt: creating, delay: undefined, reason: 'a proxy may have passed the create on' },
  { error: answer(503, 1_000), attempt: creating, delay: 1_050, reason: 'the server turned it away itself' },
  { error: answer(409), attempt: first, delay: undefined, reason: 'a conflict stays one' },
  { error: answer(404), attempt: first, delay: undefined, reason: 'absent stays absent' },
  { error: new TypeError('a bug'), attempt: first, delay: undefined, reason: 'bugs are not retried' },
]

for (const { error, attempt, delay, reason } of rows) {
  test(`${delay === undefined ? 'final' : `again after ${delay} ms`}: ${reason}`, () => {
    expect(retryDelay(error, attempt, defaultRetry, () => 0.5)).toBe(delay)
  })
}

test('back-off stays between half of the ceiling and the ceiling, however many failures', () => {
  for (const failures of [1, 5, 50, 5_000]) {
    const ceiling = Math.min(30_000, 500 * 2 ** (failures - 1))
    for (const random of [0, 0.3, 0.999]) {
      const delay = backOff(failures, { firstDelayMs: 500, maxDelayMs: 30_000 }, () => random)
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2)
      expect(delay).toBeLessThanOrEqual(ceiling)
    }
  }
})
