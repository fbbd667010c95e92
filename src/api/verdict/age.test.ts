import { expect, test } from 'vitest'
import { ageText, clockText, durationText, elapsedText } from './age.ts'

const s = 1000
const durations = [
  { ms: 0, want: '0 s' },
  { ms: -5 * s, want: '0 s' },
  { ms: 999, want: '0 s' },
  { ms: 3 * s, want: '3 s' },
  { ms: 119 * s, want: '119 s' },
  { ms: 120 * s, want: '2 min' },
  { ms: 22 * 60 * s, want: '22 min' },
  { ms: 119 * 60 * s, want: '119 min' },
  { ms: 4 * 3600 * s, want: '4 h' },
  { ms: 47 * 3600 * s, want: '47 h' },
  { ms: 6 * 86_400 * s, want: '6 d' },
  { ms: Number.NaN, want: '0 s' },
]
for (const { ms, want } of durations) {
  test(`${ms} ms is ${want}`, () => expect(durationText(ms)).toBe(want))
}

test('elapsed time has tenths below a minute', () => {
  expect([6400, 59_940, 61_000].map(elapsedText)).toEqual(['6.4 s', '59.9 s', '61 s'])
})

test('an unknown time has no age', () => {
  expect([ageText(undefined, 0), ageText('', 0)]).toEqual(['-', '-'])
})

test('a time of today needs no date, and what is today depends on the zone', () => {
  const now = Date.UTC(2026, 10, 16, 0, 30)
  expect(clockText('2026-11-16T00:10:00Z', now, 'UTC')).toBe('00:10')
  expect(clockText('2026-11-15T23:10:00Z', now, 'UTC')).toBe('2026-11-15 23:10')
  expect(clockText('2026-11-15T23:10:00Z', now, 'Europe/Vienna')).toBe('00:10')
})
