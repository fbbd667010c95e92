import { expect, test } from 'vitest'
import { columns, cut, textWidth, wrapText } from './columns.ts'

test('columns are aligned, without spaces at the end', () => {
  expect(columns([['a', 'bb', 'c'], ['aaaa', 'b', ''], ['x']])).toEqual(['a     bb  c', 'aaaa  b', 'x'])
})

test('only the last column is cut, and only on a terminal', () => {
  const rows = [['name', 'a message that is rather long for this terminal']]
  expect(columns(rows, { width: 30 })).toEqual(['name  a message that is rat...'])
  expect(columns(rows)[0]).toHaveLength(6 + rows[0]![1]!.length)
})

test('with wrap, the last column continues below itself', () => {
  expect(columns([['why', 'one two three four five six']], { width: 25, wrap: true })).toEqual([
    'why  one two three four',
    '     five six',
  ])
})

test('paint does not change the alignment', () => {
  const paint = (text: string) => `<${text}>`
  expect(
    columns([
      [{ text: 'a', paint }, 'x'],
      ['bbb', 'y'],
    ]),
  ).toEqual(['<a>    x', 'bbb  y'])
})

test('wide characters take two columns, combining marks none', () => {
  expect([textWidth('大き'), textWidth('e\u0301'), textWidth('abc')]).toEqual([4, 1, 3])
  expect(cut('大きい名前', 7)).toBe('大き...')
})

test('a word longer than a line stays whole, so that it can be copied', () => {
  expect(wrapText('see apps/shop/overlays/production now', 10)).toEqual(['see', 'apps/shop/overlays/production', 'now'])
})
