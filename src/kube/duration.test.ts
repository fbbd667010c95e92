/** Durations as Go writes them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration, printDuration } from './duration.ts'

const durations = [
  { text: '1h30m', ms: 5_400_000, prints: '1h30m0s' },
  { text: '90s', ms: 90_000, prints: '1m30s' },
  { text: '1.5s', ms: 1_500, prints: '1.5s' },
  { text: '.5h', ms: 1_800_000, prints: '30m0s' },
  { text: '500ms', ms: 500, prints: '500ms' },
  { text: '1m0.5s', ms: 60_500, prints: '1m0.5s' },
  { text: '250us', ms: 0.25, prints: '250µs' },
  { text: '-5s', ms: -5_000, prints: '-5s' },
  { text: '0', ms: 0, prints: '0s' },
  { text: '1000h', ms: 3_600_000_000, prints: '1000h0m0s' },
]

for (const { text, ms, prints } of durations) {
  test(`${text} is ${ms} ms and prints as ${prints}`, () => {
    expect(parseDuration(text)).toBe(ms)
    expect(printDuration(ms)).toBe(prints)
  })
}

for (const text of ['', '5', '5d', 's', '1h 30m', '1,5s', '-', '1e3s', 'h1']) {
  test(`"${text}" is no duration`, () => expect(parseDuration(text)).toBeUndefined())
}

test('whole milliseconds survive printing', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => {
      expect(parseDuration(printDuration(ms))).toBeCloseTo(ms, 3)
    }),
  )
})
