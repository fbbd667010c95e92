/** At most n at a time. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimit } from './limit.ts'

test('places are given in order; one who leaves the queue is passed over and holds nothing', async () => {
  const limit = createLimit(1)
  const order: string[] = []
  const stop = new AbortController()
  expect(limit.acquire(undefined)).toBeUndefined()
  const second = limit.acquire(stop.signal)?.catch((reason: unknown) => order.push(String(reason)))
  const third = limit.acquire(undefined)?.then(() => order.push('third'))
  stop.abort('left')
  await second
  limit.release()
  await third
  expect(order).toEqual(['left', 'third'])
  limit.release()
  expect(limit.acquire(undefined)).toBeUndefined()
})

test('never more than the size, and everyone gets a turn, for any mix of arrivals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(5), { maxLength: 60 }), async (size, turns) => {
      const limit = createLimit(size)
      let running = 0
      let most = 0
      let done = 0
      await Promise.all(
        turns.map(async (waits) => {
          await limit.acquire(undefined)
          most = Math.max(most, ++running)
          for (let wait = 0; wait < waits; wait++) await Promise.resolve()
          running--
          done++
          limit.release()
        }),
      )
      expect(done).toBe(turns.length)
      expect(most).toBeLessThanOrEqual(size)
    }),
  )
})

test('thousands may wait', async () => {
  const limit = createLimit(1)
  const order: number[] = []
  await limit.acquire(undefined)
  const waiting = Array.from({ length: 5_000 }, async (_, index) => {
    await limit.acquire(undefined)
    order.push(index)
    limit.release()
  })
  limit.release()
  await Promise.all(waiting)
  expect(order).toEqual(Array.from({ length: 5_000 }, (_, index) => index))
})
