import { expect, test } from 'vitest'
import { ByteCache } from './byte-cache.ts'
import { pickVersion } from './chart-version.ts'
import { substitute } from './environment.ts'
import { escapeSetValue, plainKubeVersion } from './helm-arguments.ts'
import { inside } from './paths.ts'
import { ReadSet } from './read-set.ts'
import { toolMessage } from './tool-failure.ts'

test.each([
  { text: '$NAME', want: 'web', reason: 'bare' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax under test
  { text: 'x-${NAME}-y', want: 'x-web-y', reason: 'braces' },
  { text: '$$NAME', want: '$NAME', reason: 'an escaped dollar' },
  { text: '$UNKNOWN-x', want: '-x', reason: 'unknown names are empty, as in Go' },
  { text: 'costs 5$', want: 'costs 5$', reason: 'nothing follows' },
])('$text becomes $want: $reason', ({ text, want }) => {
  expect(substitute(text, new Map([['NAME', 'web']]))).toBe(want)
})

test.each([
  { value: 'a,b', want: 'a\\,b', reason: 'a comma would start a new assignment' },
  { value: 'a\\,b', want: 'a\\,b', reason: 'escaped already' },
  { value: '{a,b}', want: '{a,b}', reason: 'a list' },
])('the --set value $value is passed as $want: $reason', ({ value, want }) => {
  expect(escapeSetValue(value)).toBe(want)
})

test.each([
  { version: 'v1.35.2', want: '1.35.2', reason: 'a leading v' },
  { version: 'v1.30.0-eks-1a2b', want: '1.30.0', reason: 'vendor suffix' },
  { version: '1.29+', want: '1.29.0', reason: 'major and minor of the version endpoint' },
  { version: '', want: '', reason: 'unknown' },
])('the Kubernetes version $version is $want for Helm: $reason', ({ version, want }) => {
  expect(plainKubeVersion(version)).toBe(want)
})

const versions = ['1.0.0', '1.2.0', '1.10.1', '2.0.0-rc.1', 'v0.9.0', 'not-a-version']

test.each([
  { range: '*', want: '1.10.1', reason: 'newest release, numerically' },
  { range: '', want: '1.10.1', reason: 'no range' },
  { range: '>=1.0.0, <1.5.0', want: '1.2.0', reason: 'a comma means and' },
  { range: '1.2', want: '1.2.0', reason: 'a partial version' },
  { range: '^1', want: '1.10.1', reason: 'caret' },
  { range: '~0.9', want: 'v0.9.0', reason: 'a leading v in the repository' },
  { range: '>=1.0.0-0', want: '2.0.0-rc.1', reason: 'a pre-release in the range admits pre-releases' },
  { range: 'v1.2.0', want: '1.2.0', reason: 'a leading v in the range' },
  { range: '>=3', want: undefined, reason: 'nothing matches' },
  { range: 'latest', want: undefined, reason: 'not a range' },
])('the range $range picks $want: $reason', ({ range, want }) => {
  expect(pickVersion(versions, range)).toBe(want)
})

test.each([
  { base: 'apps/web', path: '../base', want: 'apps/base' },
  { base: '', path: './a//b/', want: 'a/b' },
  { base: 'apps', path: '..', want: '' },
])('$path in "$base" is "$want"', ({ base, path, want }) => {
  expect(inside(base, path, path)).toBe(want)
})

test.each(['../../x', '../../../etc/passwd', 'a/../../../apps'])('%s in apps is refused', (path) => {
  expect(() => inside('apps', path, path)).toThrow(expect.objectContaining({ reason: 'PathRefused' }))
})

test('a read-set leaves out what a tree covers', () => {
  const set = new ReadSet()
  set.file('apps/web/a.yaml')
  set.file('apps/webapp/a.yaml')
  set.directory('apps/web/sub')
  set.tree('apps/web')
  set.tree('apps/web/sub/deep')
  set.file('values.yaml')
  set.file('values.yaml')
  expect(set.entries()).toEqual([
    { kind: 'tree', path: 'apps/web' },
    { kind: 'file', path: 'apps/webapp/a.yaml' },
    { kind: 'file', path: 'values.yaml' },
  ])
})

test('a byte cache forgets what was used longest ago, and never holds more than its limit', () => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'a', 4)
  cache.set('b', 'b', 4)
  cache.get('a')
  cache.set('c', 'c', 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual(['a', undefined, 'c', 8])
  cache.set('huge', 'huge', 11)
  expect([cache.get('huge'), cache.bytes]).toEqual([undefined, 8])
  cache.set('a', 'A', 1)
  expect([cache.get('a'), cache.bytes]).toEqual(['A', 5])
})

test('a message of a tool names no folder of ours', () => {
  const stderr =
    'Error: open /data/tmp/run-1/source/apps/x.yaml: no such file\n\nUse --debug flag to render out invalid YAML\n'
  expect(toolMessage(stderr, '/data/tmp/run-1')).toBe('open apps/x.yaml: no such file')
})
