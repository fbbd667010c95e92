/** Label selectors. */
import { expect, test } from 'vitest'
import { matchesLabels, parseSelector, printSelector, readLabelSelector, SelectorError } from './labels.ts'

const labels = { app: 'web', tier: 'front', weight: '7', empty: '', 'example.com/part': 'x' }

const selectors = [
  { text: '', matches: true, reason: 'nothing is required' },
  { text: 'app=web', matches: true, reason: 'equality' },
  { text: ' app == web , tier = front ', matches: true, reason: 'white space and ==' },
  { text: 'app!=web', matches: false, reason: 'inequality' },
  { text: 'absent!=web', matches: true, reason: 'an absent label is unequal' },
  { text: 'app in (api, web)', matches: true, reason: 'a set' },
  { text: 'app notin (api,web)', matches: false, reason: 'outside a set' },
  { text: 'absent notin (a)', matches: true, reason: 'an absent label is in no set' },
  { text: 'app', matches: true, reason: 'existence' },
  { text: '!app', matches: false, reason: 'absence' },
  { text: '! absent', matches: true, reason: 'absence with a space' },
  { text: 'weight>5,weight<8', matches: true, reason: 'numbers' },
  { text: 'weight>7', matches: false, reason: 'greater is strict' },
  { text: 'app>5', matches: false, reason: 'not a number' },
  { text: 'empty=', matches: true, reason: 'an empty value' },
  { text: 'empty in (,a)', matches: true, reason: 'an empty value in a set' },
  { text: 'example.com/part=x', matches: true, reason: 'a key with a prefix' },
  { text: 'in in (in)', matches: false, reason: 'words are keys where keys are expected' },
  { text: 'toString', matches: false, reason: 'labels are own members' },
]

for (const { text, matches, reason } of selectors) {
  test(`"${text}" ${matches ? 'matches' : 'does not match'}: ${reason}`, () => {
    const selector = parseSelector(text)
    expect(matchesLabels(selector, labels)).toBe(matches)
    expect(parseSelector(printSelector(selector))).toEqual(selector)
  })
}

for (const text of [
  'app=web,',
  'app in web',
  'app in (a',
  '=a',
  'a=b c',
  'a b',
  'a=b=c',
  'weight>x',
  '-a=b',
  'a=b/c',
  'A/b=c',
  `a=${'x'.repeat(64)}`,
]) {
  test(`"${text}" is refused`, () => expect(() => parseSelector(text)).toThrow(SelectorError))
}

test('a LabelSelector object reads as requirements; an absent one selects nothing', () => {
  const selector = readLabelSelector({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  })
  expect(printSelector(selector ?? [])).toBe('app=web,tier in (front,back),!old')
  expect(matchesLabels(selector ?? [], labels)).toBe(true)
  expect(readLabelSelector(undefined)).toBeUndefined()
  expect(readLabelSelector({})).toEqual([])
  expect(() => readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow(SelectorError)
  expect(() => readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] })).toThrow(SelectorError)
})
