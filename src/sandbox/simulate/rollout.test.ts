import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSize, oldSizes, rolloutBounds } from './rollout.ts'

test.each([
  {
    reason: 'the defaults of 25 % round surge up and unavailable down',
    rolling: undefined,
    replicas: 3,
    bounds: [1, 0],
  },
  { reason: 'numbers stay', rolling: { maxSurge: 2, maxUnavailable: 1 }, replicas: 4, bounds: [2, 1] },
  { reason: 'both 0 would stand still', rolling: { maxSurge: 0, maxUnavailable: '10%' }, replicas: 4, bounds: [0, 1] },
  {
    reason: 'no more than all can be unavailable',
    rolling: { maxSurge: 0, maxUnavailable: 9 },
    replicas: 2,
    bounds: [0, 2],
  },
  { reason: 'nothing to roll', rolling: undefined, replicas: 0, bounds: [0, 0] },
])('$reason', ({ rolling, replicas, bounds: [surge, unavailable] }) => {
  expect(rolloutBounds(rolling, replicas)).toEqual({ surge, unavailable })
})

test('pods that are not available go first, oldest ReplicaSet first', () => {
  const old = [
    { wanted: 2, available: 0 },
    { wanted: 2, available: 2 },
  ]
  expect(oldSizes({ wanted: 1, available: 1 }, old, 3, { surge: 2, unavailable: 0 })).toEqual([0, 2])
})

const percentOrNumber = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
)

test('a rollout of working pods ends, never above the surge nor below what must be available', () => {
  const arbitrary = fc.record({
    replicas: fc.integer({ min: 1, max: 20 }),
    maxSurge: percentOrNumber,
    maxUnavailable: percentOrNumber,
  })
  fc.assert(
    fc.property(arbitrary, ({ replicas, ...rolling }) => {
      const bounds = rolloutBounds(rolling, replicas)
      let current = { wanted: 0, available: 0 }
      let old = { wanted: replicas, available: replicas }
      for (let step = 0; step < 4 * replicas + 4; step++) {
        current = { ...current, wanted: newSize(current, [old], replicas, bounds) }
        const [size = 0] = oldSizes(current, [old], replicas, bounds)
        old = { wanted: size, available: Math.min(size, old.available) }
        expect(current.wanted + old.wanted).toBeLessThanOrEqual(replicas + bounds.surge)
        expect(current.available + old.available).toBeGreaterThanOrEqual(replicas - bounds.unavailable)
        // One new pod becomes available per step.
        current = { ...current, available: Math.min(current.wanted, current.available + 1) }
      }
      expect([current.available, old.wanted]).toEqual([replicas, 0])
    }),
  )
})
