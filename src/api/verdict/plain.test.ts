import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainLine, plainText } from './plain.ts'

const rows = [
  { reason: 'plain text stays', text: 'Bump web to v1.9.1', want: 'Bump web to v1.9.1' },
  { reason: 'accents and other scripts stay', text: 'Größe: 大きさ', want: 'Größe: 大きさ' },
  { reason: 'colours go', text: '\u001b[31mred\u001b[0m', want: 'red' },
  { reason: 'cursor movement goes', text: 'a\u001b[2J\u001b[1;1Hb', want: 'ab' },
  { reason: 'a title (OSC) goes with its text', text: 'a\u001b]0;owned\u0007b', want: 'ab' },
  {
    reason: 'a link (OSC 8) leaves its label',
    text: '\u001b]8;;http://x\u001b\\label\u001b]8;;\u001b\\',
    want: 'label',
  },
  { reason: 'one-byte C1 forms go', text: 'a\u009b31mb', want: 'ab' },
  { reason: 'line ends and tabs become one space', text: 'a\r\n\tb', want: 'a b' },
  { reason: 'a carriage return cannot overwrite', text: 'safe\revil', want: 'safe evil' },
  { reason: 'text cannot be reordered', text: 'a\u202eb', want: 'a b' },
]

for (const { reason, text, want } of rows) {
  test(`plainLine: ${reason}`, () => expect(plainLine(text)).toBe(want))
}

test('plainText keeps lines and indentation', () => {
  expect(plainText('a:\r\n  b\n\tc\u001b[1m!\u0008')).toBe('a:\n  b\n  c!')
})

test('nothing that comes out can control a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plainLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
      expect(plainText(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    }),
  )
})
