/** JSON with exact integers. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson, stringifyJson } from './json.ts'

const texts = [
  { text: '{"a":9223372036854775807}', value: { a: 9223372036854775807n }, reason: 'the largest int64 survives' },
  { text: '[-9007199254740993]', value: [-9007199254740993n], reason: 'the first integer a number cannot hold' },
  { text: '[9007199254740991]', value: [9007199254740991], reason: 'sixteen digits, but a number holds it' },
  { text: '["9223372036854775807"]', value: ['9223372036854775807'], reason: 'digits in a string are a string' },
  { text: '[0.1234567890123456789]', value: [Number('0.1234567890123456789')], reason: 'fractions stay numbers' },
  { text: '[1.5,2]', value: [1.5, 2], reason: 'the fast way' },
]

for (const { text, value, reason } of texts) {
  test(`parseJson reads ${text}: ${reason}`, () => expect(parseJson(text)).toEqual(value))
}

test('stringifyJson is the inverse of parseJson for any int64', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.jsonValue(), (integer, other) => {
      const text = stringifyJson({ integer, list: [integer], other })
      expect(text).toContain(`"integer":${integer}`)
      expect(stringifyJson(parseJson(text))).toBe(text)
    }),
  )
})

test('stringifyJson refuses cycles as JSON.stringify does', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  expect(() => stringifyJson(cycle)).toThrow(TypeError)
})
