import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  { pattern: '*.yaml', path: 'a.yaml', matches: true, reason: 'a plain star' },
  {
    pattern: '*.yaml',
    path: 'sub/a.yaml',
    matches: true,
    reason: 'without separators a star crosses directories, as in Argo CD',
  },
  {
    pattern: '{config.yaml,env-use2/*}',
    path: 'env-use2/a.yaml',
    matches: true,
    reason: 'the example of the Argo CD manual',
  },
  { pattern: '{config.yaml,env-use2/*}', path: 'config.yaml', matches: true, reason: 'first alternative' },
  { pattern: '{config.yaml,env-use2/*}', path: 'env-usw2/a.yaml', matches: false, reason: 'no alternative' },
  { pattern: 'config.json', path: 'configXjson', matches: false, reason: 'a dot is a dot' },
  { pattern: '?.yaml', path: 'ab.yaml', matches: false, reason: 'one character' },
  { pattern: '[!a-c].yaml', path: 'd.yaml', matches: true, reason: 'negated range' },
  { pattern: '[!a-c].yaml', path: 'b.yaml', matches: false, reason: 'negated range' },
  { pattern: '\\*.yaml', path: 'a.yaml', matches: false, reason: 'an escaped star is a star' },
  { pattern: '{a', path: 'a', matches: false, reason: 'a pattern that cannot be read matches nothing' },
])('$pattern on $path is $matches: $reason', ({ pattern, path, matches }) => {
  expect(matchesGlob(pattern, path)).toBe(matches)
})
