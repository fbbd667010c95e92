import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines } from './text.ts'

function show(before: string, after: string): string[] {
  return diffLines(before, after).map(({ sign, line, text }) => `${sign}${line} ${text}`)
}

test.each([
  ['equal texts', 'a\nb\n', 'a\nb\n', []],
  ['a final line break is no line', 'a\n', 'a', []],
  ['one line changed', 'a\nb\nc\n', 'a\nx\nc\n', ['-2 b', '+2 x']],
  ['an inserted line does not touch the rest', 'a\nc\n', 'a\nb\nc\n', ['+2 b']],
  ['a repeated line', 'a\na\na\n', 'a\na\n', ['-3 a']],
  ['from nothing', '', 'a\nb\n', ['+1 a', '+2 b']],
  ['two places', 'a\nb\nc\nd\ne\n', 'x\nb\nc\nd\ny\n', ['-1 a', '+1 x', '-5 e', '+5 y']],
])('%s', (_, before, after, want) => {
  expect(show(before, after)).toEqual(want)
})

test('applying the changes to the old text gives the new one', () => {
  const line = fc.constantFrom('a', 'b', 'c', 'd')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(line, { maxLength: 12 }), (old, young) => {
      const changes = diffLines(old.join('\n'), young.join('\n'))
      const gone = new Set(changes.filter((one) => one.sign === '-').map((one) => one.line - 1))
      const result: string[] = old.filter((_, index) => !gone.has(index))
      for (const one of changes) if (one.sign === '+') result.splice(one.line - 1, 0, one.text)
      expect(result).toEqual(young)
    }),
    { numRuns: 200 },
  )
})

test('texts too large for the table count as replaced, without taking long', () => {
  const old = Array.from({ length: 1_000 }, (_, index) => `a${index}`).join('\n')
  expect(diffLines(old, old.replaceAll('a', 'b'))).toHaveLength(2_000)
})
