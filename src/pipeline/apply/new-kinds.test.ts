import { expect, test } from 'vitest'
import { parseRefKey } from '../../kube/object.ts'
import { FakeClock } from '../../runtime/clock.ts'
import { defaultOptions } from '../plan/options.ts'
import type { DesiredObject } from '../plan/types.ts'
import { untilServed } from './new-kinds.ts'
import type { Target } from './target.ts'

const key = 'apiextensions.k8s.io/CustomResourceDefinition//widgets.example.com'
const crd: DesiredObject = {
  ref: parseRefKey(key),
  key,
  object: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        { name: 'v1', served: true },
        { name: 'v1alpha1', served: false },
      ],
    },
  },
  digest: 'd',
  phase: 'Sync',
  wave: 0,
  hook: undefined,
  options: defaultOptions(new Map()),
  origin: undefined,
}

/** A cluster whose discovery shows the kind from the n-th read on. */
function cluster(shownAt: number) {
  let reads = 0
  const asked: string[] = []
  const target = {
    name: 'test',
    rediscover: async () => void reads++,
    serves: ({ group, kind }: { group: string; kind: string }, version: string) => {
      asked.push(`${group}/${version} ${kind}`)
      return reads >= shownAt
    },
  } as unknown as Target
  return { target, asked, reads: () => reads }
}

const never = new AbortController().signal

async function settle(clock: FakeClock, work: Promise<void>): Promise<unknown> {
  let done = false
  const outcome = work.then(
    () => undefined,
    (error: unknown) => error,
  )
  void outcome.then(() => {
    done = true
  })
  for (let second = 0; !done && second < 60; second++) await clock.advance(1_000)
  return outcome
}

test('untilServed() reads discovery until it shows the served versions, which is later than Established', async () => {
  const clock = new FakeClock()
  const { target, asked, reads } = cluster(4)

  expect(await settle(clock, untilServed([crd], target, clock, never))).toBeUndefined()

  expect(reads()).toBe(4)
  expect(new Set(asked)).toEqual(new Set(['example.com/v1 Widget']))
})

test('untilServed() gives up after 30 s and says what it waited for', async () => {
  const clock = new FakeClock()
  const { target } = cluster(Number.POSITIVE_INFINITY)

  const error = await settle(clock, untilServed([crd], target, clock, never))

  expect(String(error)).toMatch(/Cannot find kind Widget \(example.com\/v1\) in test: .* has not served it for 30 s/)
})

test('untilServed() ends with the signal', async () => {
  const clock = new FakeClock()
  const stop = new AbortController()
  const { target } = cluster(Number.POSITIVE_INFINITY)
  const waiting = untilServed([crd], target, clock, stop.signal)

  stop.abort(new Error('a newer revision'))

  expect(String(await settle(clock, waiting))).toContain('a newer revision')
})
