/** The small rules: patterns, numbers, names and pairs of braces, each as Go or Git has it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillIn } from './fasttemplate.ts'
import { matchesPath, matchesPathspec } from './globs.ts'
import { fillEmpty, flatten, goText, normalizeName, override } from './params.ts'
import { isTypedStrings, stringMap } from './templates.ts'

test.each([
  ['apps/*', 'apps/a', true],
  ['apps/*', 'apps/a/b', false],
  ['*/b?', 'a/bc', true],
  ['a?b', 'a/b', false],
  ['a[!x]', 'ay', false],
  ['a[^x]', 'ay', true],
  ['a[^x]b', 'a/b', false],
  ['[a-c]1', 'b1', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['a**b', 'axyb', true],
  ['a/**', 'a/b/c', false],
  ['[', '[', false],
  ['', '', true],
])('path.Match(%s, %s) is %s', (pattern, path, want) => {
  expect(matchesPath(pattern, path)).toBe(want)
})

test.each([
  ['*.yaml', 'deep/er/x.yaml', true],
  ['envs/**/config.json', 'envs/a/b/config.json', true],
  ['envs/**/config.json', 'envs/config.json', false],
  ['envs', 'envs/a/config.json', true],
  ['envs/', 'envs/a', true],
  ['env', 'envs/a', false],
  ['a[!x]c', 'abc', true],
  ['{a,b}', 'a', false],
])('git ls-files -- %s lists %s: %s', (pattern, path, want) => {
  expect(matchesPathspec(pattern, path)).toBe(want)
})

test('a pattern that would explode takes no time', () => {
  const path = 'a'.repeat(2000)
  expect(matchesPath(`${'*a'.repeat(500)}*b`, path)).toBe(false)
  expect(matchesPathspec(`${'*a*'.repeat(500)}b`, path)).toBe(false)
})

test('a text is its own pattern, and a star takes what holds no slash', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z/.-]{1,20}$/), fc.stringMatching(/^[a-z.-]{0,8}$/), (path, part) => {
      expect(matchesPath(path, path)).toBe(true)
      expect(matchesPath(`${path}*`, `${path}${part}`)).toBe(true)
      expect(matchesPath(`${path}*`, `${path}${part}/x`)).toBe(false)
    }),
  )
})

/** As fmt.Sprintf("%v") prints the float64 that JSON gives. */
test.each([
  [0, '0'],
  [-0.5, '-0.5'],
  [123456, '123456'],
  [1234567, '1.234567e+06'],
  [1000000, '1e+06'],
  [-10000000, '-1e+07'],
  [12345678.5, '1.23456785e+07'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1e21, '1e+21'],
  [true, 'true'],
  [null, '<nil>'],
])('Go prints %s as %s', (value, want) => {
  expect(goText(value)).toBe(want)
})

test.each([
  ['Feature/ABC_1', 'feature-abc-1'],
  ['-.a.-', 'a'],
  ['ä', ''],
  ['x'.repeat(300), 'x'.repeat(253)],
])('normalize %s', (name, want) => {
  expect(normalizeName(name)).toBe(want)
})

test('a tree is flattened with dots and indexes', () => {
  expect(flatten({ a: { b: [1, { c: 'x' }] }, d: false })).toEqual({ 'a.b.0': '1', 'a.b.1.c': 'x', d: 'false' })
})

test('filling takes what is empty, overriding takes everything; maps are merged inside, lists are not', () => {
  const base = { a: '1', e: '', n: { x: '1', l: ['1'] }, f: false }
  const other = { a: '2', e: '2', n: { x: '', y: '2', l: [] }, f: true, g: null }
  expect(fillEmpty(base, other)).toEqual({ a: '1', e: '2', n: { x: '1', y: '2', l: ['1'] }, f: true })
  expect(override(base, other)).toEqual({ a: '2', e: '2', n: { x: '', y: '2', l: [] }, f: true, g: null })
})

test('a map of texts stays one when it is merged with another', () => {
  const merged = override({ values: stringMap({ a: '1' }) }, { values: stringMap({ b: '2' }) })
  expect(merged).toEqual({ values: stringMap({ a: '1', b: '2' }) })
  expect(isTypedStrings(merged['values'])).toBe(true)
})

test('pairs of braces: known names only, on one line, and every pair is closed', () => {
  expect(fillIn('{{a}}-{{ a }}-{{b}}-{{}}', { a: 'x' })).toBe('x-x-{{b}}-{{}}')
  expect(fillIn('{{a}}', { a: 3 })).toBe('{{a}}')
  expect(fillIn('{{a\n}}', { a: 'x' })).toBe('{{a\n}}')
  expect(fillIn('{{ toString }} {{ __proto__ }}', {})).toBe('{{ toString }} {{ __proto__ }}')
  expect(() => fillIn('{{a}} {{b', { a: 'x' })).toThrow(/without "}}"/)
})
