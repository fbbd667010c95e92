/** The real jq in its thread: paths, its own words, and an expression that never ends. */
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../runtime/clock.ts'
import { createJq } from './jq.ts'

const jq = createJq({ clock: systemClock })
const { signal } = new AbortController()
afterAll(() => jq[Symbol.asyncDispose]())

const object = {
  spec: {
    containers: [
      { name: 'web', image: 'a' },
      { name: 'proxy', image: 'b' },
    ],
  },
  webhooks: [{ clientConfig: { caBundle: 'x' } }],
}

test.each([
  ['.spec.containers[] | select(.name == "proxy") | .image', [['spec', 'containers', 1, 'image']]],
  ['.webhooks[]?.clientConfig.caBundle', [['webhooks', 0, 'clientConfig', 'caBundle']]],
  ['.nothing[]?.here', []],
  [
    '.spec.containers[].image, .webhooks[0]',
    [
      ['spec', 'containers', 0, 'image'],
      ['spec', 'containers', 1, 'image'],
      ['webhooks', 0],
    ],
  ],
])('%s', async (expression, paths) => {
  expect(await jq.paths(expression, object, signal)).toEqual(paths)
})

test("what jq refuses is said in jq's words", async () => {
  await expect(jq.paths('.spec[', object, signal)).rejects.toMatchObject({
    reason: 'SpecInvalid',
    message: expect.stringContaining('syntax error'),
  })
})

test('an expression that never ends is stopped, and the next one is answered', async () => {
  const forever = jq.paths('last(repeat(.))', object, signal)
  const next = jq.paths('.webhooks', object, signal)
  await expect(forever).rejects.toThrow('it took longer than 1000 ms')
  expect(await next).toEqual([['webhooks']])
})

test('integers beyond 2^53 reach jq', async () => {
  expect(await jq.paths('.big', { big: 9223372036854775807n }, signal)).toEqual([['big']])
})
