/** Quantities, checked against the rules of k8s.io/apimachinery. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalQuantity, compareQuantities, parseQuantity, quantityToNumber } from './quantity.ts'

const canonical: { from: string | number; to: string | undefined; reason: string }[] = [
  { from: '1000m', to: '1', reason: 'whole units' },
  { from: '0.5', to: '500m', reason: 'fractions become milli' },
  { from: '1500m', to: '1500m', reason: 'exponents are multiples of three' },
  { from: '.1', to: '100m', reason: 'no leading zero' },
  { from: '1.', to: '1', reason: 'no digits after the point' },
  { from: 1, to: '1', reason: 'YAML numbers' },
  { from: 0.25, to: '250m', reason: 'YAML fractions' },
  { from: '1024Mi', to: '1Gi', reason: 'binary units shrink' },
  { from: '1.5Gi', to: '1536Mi', reason: 'binary fractions that come out even' },
  { from: '1000', to: '1k', reason: 'decimal units shrink' },
  { from: '1024', to: '1024', reason: 'decimal stays decimal' },
  { from: '1e3', to: '1e3', reason: 'exponents stay exponents' },
  { from: '12E2', to: '1200', reason: 'an exponent of zero is not printed' },
  { from: '1E', to: '1E', reason: 'exa is not an exponent' },
  { from: '0.5Ki', to: '512', reason: 'small binary amounts are decimal' },
  { from: '0.1Gi', to: '107374182400m', reason: 'binary amounts that are not whole are decimal' },
  { from: '0Mi', to: '0', reason: 'zero has no unit' },
  { from: '-5Mi', to: '-5Mi', reason: 'negative' },
  { from: '+5', to: '5', reason: 'explicit sign' },
  { from: '1.00000000001', to: '1000000001n', reason: 'finer than nano rounds up' },
  { from: '100E', to: '9223372036854775807', reason: 'capped at the largest int64' },
  { from: '', to: undefined, reason: 'empty' },
  { from: '1 Gi', to: undefined, reason: 'no spaces' },
  { from: '1gi', to: undefined, reason: 'case matters' },
  { from: '1K', to: undefined, reason: 'kilo is a small k' },
  { from: '1e', to: undefined, reason: 'an exponent needs digits' },
  { from: 'auto', to: undefined, reason: 'a word' },
]

for (const { from, to, reason } of canonical) {
  test(`${JSON.stringify(from)} is ${to ?? 'no quantity'}: ${reason}`, () => expect(canonicalQuantity(from)).toBe(to))
}

test('compareQuantities orders across units', () => {
  expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0)
  expect(compareQuantities('100m', '0.1')).toBe(0)
  expect(compareQuantities('-1', '1m')).toBeLessThan(0)
  expect(compareQuantities('1', 'x')).toBeUndefined()
})

test('quantityToNumber counts whole units', () => {
  expect(quantityToNumber(parseQuantity('1500m')!)).toBe(1.5)
  expect(quantityToNumber(parseQuantity('2Gi')!)).toBe(2 ** 31)
})

test('the canonical form is the same amount and its own canonical form', () => {
  const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e-3', 'e4')
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 0, max: 999 }),
      suffix,
      (whole, fraction, unit) => {
        const text = `${whole}.${String(fraction).padStart(3, '0')}${unit}`
        const form = canonicalQuantity(text)!
        expect(compareQuantities(text, form)).toBe(0)
        expect(canonicalQuantity(form)).toBe(form)
      },
    ),
  )
})
