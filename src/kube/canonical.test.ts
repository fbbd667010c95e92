/** One text per value. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, digestOf } from './canonical.ts'

const values = [
  {
    value: { b: 1, a: { d: [3, null], c: 'x' } },
    text: '{"a":{"c":"x","d":[3,null]},"b":1}',
    reason: 'keys sort at every depth, lists keep their order',
  },
  { value: { a: undefined, b: [undefined] }, text: '{"b":[null]}', reason: 'undefined as in JSON.stringify' },
  { value: { n: 12n, m: 2n ** 63n }, text: '{"m":9223372036854775808,"n":12}', reason: 'a bigint is its digits' },
  {
    value: 'quote " back \\ line \n lone \ud800 ü 😀',
    text: JSON.stringify('quote " back \\ line \n lone \ud800 ü 😀'),
    reason: 'escapes as JSON.stringify',
  },
  { value: -0, text: '0', reason: 'as JSON.stringify' },
]

for (const { value, text, reason } of values) {
  test(`canonicalJson gives ${text.slice(0, 40)}: ${reason}`, () => expect(canonicalJson(value)).toBe(text))
}

test('the order of keys never matters and nothing else is lost', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(reversed(value))).toBe(text)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

test('digestOf is the sha256 of the canonical text', () => {
  const expected = createHash('sha256').update('{"a":"ü","b":1}').digest('hex')
  expect(digestOf({ b: 1, a: 'ü' })).toBe(expected)
})
