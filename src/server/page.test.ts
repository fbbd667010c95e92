import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageOf } from './page.ts'

test('pages hold every item once and in order, whatever the page size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (names, limit) => {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = pageOf(names, (name) => name, { limit, cursor })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...page.items)
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
    }),
  )
})

test('an item that goes away between two pages takes no other with it', () => {
  const first = pageOf(['a', 'b', 'c', 'd'], (name) => name, { limit: 2 })
  const second = pageOf(['a', 'c', 'd'], (name) => name, { limit: 2, cursor: first.cursor })
  expect(second).toEqual({ items: ['c', 'd'], total: 3 })
})

test.each([{ cursor: 'nonsense' }, { cursor: Buffer.from('[7]').toString('base64url') }])(
  'cursor $cursor is refused',
  ({ cursor }) => {
    expect(() => pageOf([], String, { limit: 1, cursor })).toThrow('Cannot read the cursor')
  },
)
