import { expect, test } from 'vitest'
import { readCommand } from './command.ts'
import { canonicalJson, templateHash } from './hash.ts'
import type { ImageVerdict } from './image.ts'
import { judgeImage } from './image.ts'
import { quantity } from './quantity.ts'
import { scenarioAnnotation, scenarioOf, scenarioTable } from './scenarios.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each<{ reason: string; image: string; verdict: ImageVerdict }>([
  { reason: 'name and tag', image: 'nginx:1.29', verdict: 'present' },
  { reason: 'no tag', image: 'shop/web', verdict: 'present' },
  { reason: 'host with a port', image: 'images.example.com:5000/shop/web:1', verdict: 'present' },
  { reason: 'digest', image: `shop/web@${digest}`, verdict: 'present' },
  { reason: 'tag that says missing', image: 'shop/web:v0.0.0-missing', verdict: 'missing' },
  { reason: 'tag that says broken', image: 'images.example.com:5000/shop/web:broken', verdict: 'missing' },
  { reason: 'a name may say missing: only tags count', image: 'shop/missing-persons:1', verdict: 'present' },
  { reason: 'upper case path', image: 'shop/Web:1', verdict: 'invalid' },
  { reason: 'two tags', image: 'shop/web:1:2', verdict: 'invalid' },
  { reason: 'empty tag', image: 'shop/web:', verdict: 'invalid' },
  { reason: 'a space', image: 'shop/web 1', verdict: 'invalid' },
  { reason: 'an unfilled template', image: '{{ .image }}', verdict: 'invalid' },
])('image: $reason is $verdict', ({ image, verdict }) => {
  expect(judgeImage(image)).toBe(verdict)
})

test.each<{ reason: string; command: string[]; exitCode: number | undefined; output?: string[]; sleepMs?: number }>([
  { reason: 'true', command: ['/bin/true'], exitCode: 0 },
  { reason: 'false', command: ['false'], exitCode: 1 },
  { reason: 'exit code of a shell', command: ['sh', '-c', 'exit 42'], exitCode: 42 },
  {
    reason: 'echo, sleep, exit',
    command: ['bash', '-ec', 'echo "one"; sleep 2\nexit 1'],
    exitCode: 1,
    output: ['one'],
    sleepMs: 2_000,
  },
  { reason: 'set -e stops at the first failure', command: ['sh', '-c', 'set -e\nfalse\necho never'], exitCode: 1 },
  { reason: 'without set -e the last one counts', command: ['sh', '-c', 'false; true'], exitCode: 0 },
  { reason: 'a condition cannot be read', command: ['sh', '-c', 'test -f /x || exit 1'], exitCode: undefined },
  { reason: 'an unknown program cannot be read', command: ['sh', '-c', 'migrate up'], exitCode: undefined },
  { reason: 'no shell', command: ['migrate', 'up'], exitCode: undefined },
])('command: $reason', ({ command, exitCode, output = [], sleepMs = 0 }) => {
  expect(readCommand(command)).toEqual(exitCode === undefined ? undefined : { exitCode, output, sleepMs })
})

test.each([
  ['250m', 0.25],
  ['2', 2],
  [4, 4],
  ['1Gi', 1024 ** 3],
  ['1e3', 1000],
  ['many', 0],
])('quantity %s', (text, value) => {
  expect(quantity(text)).toBe(value)
})

test('the hash of a template does not depend on the order of its keys, but on every value', () => {
  const a = { metadata: { labels: { app: 'web', tier: 'a' } }, spec: { containers: [{ name: 'x', image: 'i:1' }] } }
  const b = { spec: { containers: [{ image: 'i:1', name: 'x' }] }, metadata: { labels: { tier: 'a', app: 'web' } } }
  const c = { ...a, spec: { containers: [{ name: 'x', image: 'i:2' }] } }
  expect(templateHash(a)).toBe(templateHash(b))
  expect(templateHash(a)).not.toBe(templateHash(c))
  expect(templateHash(a)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
  expect(canonicalJson({ b: undefined, a: [null, 1] })).toBe('{"a":[null,1]}')
})

test('every annotation of the scenario table is understood', () => {
  const written = scenarioTable.filter(({ where }) => where === 'annotation').map(({ write }) => write)
  for (const text of written) {
    const value = text.replace('<seconds>', '7')
    const annotated = { apiVersion: 'v1', kind: 'Pod', metadata: { annotations: { [scenarioAnnotation]: value } } }
    expect(scenarioOf(annotated)?.name, value).toBe(text.split('=')[0])
  }
  const unknown = { apiVersion: 'v1', kind: 'Pod', metadata: { annotations: { [scenarioAnnotation]: 'no-such' } } }
  expect(scenarioOf(unknown)).toBeUndefined()
})
