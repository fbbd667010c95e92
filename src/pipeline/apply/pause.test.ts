import { expect, test } from 'vitest'
import { pauseAfterLookMs } from './pause.ts'

test.each([
  { reason: 'a usual application is judged at every report', count: 40, want: 0 },
  { reason: 'a large one seldom enough', count: 1_000, want: 50 },
  { reason: 'in proportion to what a look costs', count: 10_000, want: 500 },
])('$reason', ({ count, want }) => {
  expect(pauseAfterLookMs(count)).toBe(want)
})
