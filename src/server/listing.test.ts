import { expect, test } from 'vitest'
import { verdictsOf } from '../api/verdict/verdict.ts'
import { matching, overview, sortKey, sortOrders } from './listing.ts'
import { pageOf } from './page.ts'
import * as schemas from './schemas.ts'
import { testApplicationView } from './testing.ts'

const now = Date.parse('2026-01-02T00:00:00Z')
const at = (hour: number) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`
const fleet = [
  testApplicationView('a-quiet', { project: 'shop' }),
  testApplicationView('b-late', { health: { status: 'Degraded', since: at(9) }, message: 'exit 1' }),
  testApplicationView('c-early', { health: { status: 'Degraded', since: at(3) } }),
  testApplicationView('d-moving', { health: { status: 'Progressing', since: at(12) } }),
]
const verdicts = verdictsOf(fleet, now)

test.each([
  { query: {}, want: ['a-quiet', 'b-late', 'c-early', 'd-moving'] },
  { query: { group: 'needsYou' as const }, want: ['b-late', 'c-early'] },
  { query: { group: 'held' as const }, want: [] },
  { query: { q: 'EXIT' }, want: ['b-late'] },
  { query: { q: 'apps/c' }, want: ['c-early'] },
  { query: { project: 'shop', health: 'Degraded' }, want: [] },
])('$query lists $want', ({ query, want }) => {
  expect(matching(fleet, verdicts, query).map((one) => one.name)).toEqual(want)
})

test.each([
  { order: 'urgency' as const, want: ['c-early', 'b-late', 'd-moving', 'a-quiet'] },
  { order: 'name' as const, want: ['a-quiet', 'b-late', 'c-early', 'd-moving'] },
  { order: 'changed' as const, want: ['d-moving', 'b-late', 'c-early', 'a-quiet'] },
])('by $order, page by page', ({ order, want }) => {
  expect(sortOrders).toContain(order)
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = pageOf(fleet, (one) => sortKey(order, one, verdicts.get(one.name)), { limit: 1, cursor })
    expect(page.total).toBe(4)
    names.push(...page.items.map((one) => one.name))
    cursor = page.cursor
  } while (cursor !== undefined)
  expect(names).toEqual(want)
})

test('the overview names the most urgent first and is no larger for a large fleet', () => {
  const answer = schemas.Overview.parse(overview(fleet, now, 1))
  expect(answer).toMatchObject({
    applications: 4,
    counts: { needsYou: 2, shipping: 1, waiting: 0, quiet: 1 },
    lastChange: at(12),
  })
  expect(answer.needsYou.map((one) => one.name)).toEqual(['c-early'])
  expect(overview([], now, 5)).toMatchObject({ applications: 0, needsYou: [], projects: [] })
})
