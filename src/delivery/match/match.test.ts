import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob, matchGlob } from '../../api/glob.ts'
import { compileExpression } from './expression.ts'
import { matchFile } from './file-match.ts'
import { matchSourceNamespace } from './source-namespace.ts'

describe('globs', () => {
  test.each([
    ['*', 'team/app', '', true, 'without separators a star takes everything'],
    ['*', 'team/app', '/', false, 'with separators it stops there'],
    ['**', 'team/app', '/', true, 'two stars do not'],
    ['https://*/org/**', 'https://host/org/a/b', '/', true, 'both together'],
    ['?', '/', '/', false, 'a question mark is no separator either'],
    ['[a-c]x', 'bx', '', true, 'a range'],
    ['[!a-c]x', 'bx', '', false, 'a negated range'],
    ['[^a]', 'b', '', false, 'a caret is a character like any other'],
    ['{dev,prod-*}', 'prod-eu', '', true, 'alternatives hold patterns'],
    ['{a,{b,c}d}', 'cd', '', true, 'alternatives nest'],
    ['a\\*', 'a*', '', true, 'a backslash takes away the meaning'],
    ['a\\*', 'ab', '', false, 'and the star is then only a star'],
    ['Prod', 'prod', '', false, 'case matters'],
    ['', '', '', true, 'nothing matches nothing'],
    ['', 'a', '', false, 'and only that'],
    ['[a', 'a', '', false, 'a pattern that does not parse matches nothing'],
    ['a*a', 'a', '', false, 'a character is used once'],
  ])('%s on %s with separators "%s": %s, for %s', (pattern, text, separators, expected) => {
    expect(matchGlob(pattern, text, separators)).toBe(expected)
  })

  test.each(['[a', '{a', '[]', '[b-a]', 'a\\'])('%s does not parse', (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined()
  })

  test('a pattern made to explode costs no more than its length times the text', () => {
    const matcher = compileGlob(`${'*a{b,*}'.repeat(200)}z`)!
    expect(matcher('a'.repeat(2_000))).toBe(false)
  })

  test('a text matches itself when its special characters are escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pattern = text.replace(/[*?[\]{},!\\-]/g, '\\$&')
        expect(matchGlob(pattern, text, '/')).toBe(true)
        expect(matchGlob(`${pattern}**`, `${text}/more`, '/')).toBe(true)
      }),
    )
  })
})

test.each([
  ['*', 'Deployment', true],
  ['*', '', true],
  ['*.example.com', 'a.b.example.com', true],
  ['Net*', 'NetworkPolicy', true],
  ['net*', 'NetworkPolicy', false],
  ['[^a]b', 'cb', true],
  ['{a,b}', 'a', false],
  ['a/*', 'a/b/c', false],
  ['[', '[', false],
  ['a\\', 'a', false],
  ['team-?', 'team-1', true],
])('the file pattern %s on %s: %s', (pattern, text, expected) => {
  expect(matchFile(pattern, text)).toBe(expected)
})

test.each([
  ['team-*', 'team-one', true, 'a glob'],
  ['/^team-[0-9]+$/', 'team-12', true, 'an expression'],
  ['/eam/', 'team-12', true, 'found anywhere'],
  ['/^((?!secret).)*$/', 'team-one', true, 'look-around is known'],
  ['/^((?!secret).)*$/', 'team-secret', false, 'and counts'],
  ['/[/', 'x', false, 'what does not compile matches nothing'],
  ['//', '//', true, 'two slashes are no expression'],
])('sourceNamespaces %s on %s: %s (%s)', (rule, namespace, expected) => {
  expect(matchSourceNamespace(rule, namespace)).toBe(expected)
})

test('an expression made to backtrack ends and matches nothing', () => {
  expect(matchSourceNamespace('/^(?=a)(a+)+$/', `${'a'.repeat(60)}!`)).toBe(false)
})

test('expressions are Go’s: no look-around, and no pattern explodes', () => {
  expect(compileExpression('(?!a)')).toBeUndefined()
  expect(compileExpression('^(a+)+$')!(`${'a'.repeat(5_000)}!`)).toBe(false)
  expect(compileExpression('b')!('abc')).toBe(true)
})
