import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { createFifo } from './fifo.ts'
import { createLru } from './lru.ts'
import { createPool } from './pool.ts'
import { seededRandom } from './random.ts'
import { backoffMs, retry } from './retry.ts'
import { createSingleFlight } from './single-flight.ts'

const backoff = { baseMs: 100, factor: 2, maxMs: 1_000 }

test.each([
  { reason: 'the first failure waits the base', attempt: 1, jitter: 0, want: [100, 100] },
  { reason: 'each further failure waits longer', attempt: 3, jitter: 0, want: [400, 400] },
  { reason: 'the bound holds', attempt: 40, jitter: 0, want: [1_000, 1_000] },
  { reason: 'jitter only shortens', attempt: 40, jitter: 0.5, want: [500, 1_000] },
])('backoffMs(): $reason', ({ attempt, jitter, want }) => {
  const random = seededRandom(3)
  for (let round = 0; round < 100; round++) {
    const wait = backoffMs(attempt, { ...backoff, jitter }, random)
    expect(wait).toBeGreaterThanOrEqual(want[0]!)
    expect(wait).toBeLessThanOrEqual(want[1]!)
  }
})

test('retry() waits at least as long as the other side asked, and gives up after the last attempt', async () => {
  const clock = new FakeClock()
  const start = clock.now()
  const at: number[] = []
  const result = retry(
    async (attempt) => {
      at.push(clock.now() - start)
      throw new Error(`attempt ${attempt}`)
    },
    {
      clock,
      random: seededRandom(1),
      backoff,
      attempts: 3,
      shouldRetry: () => true,
      askedWaitMs: () => (at.length === 1 ? 5_000 : undefined),
    },
  )
  const settled = expect(result).rejects.toThrow('attempt 3')
  await clock.advance(10_000)
  await settled
  expect(at).toEqual([0, 5_000, 5_200])
})

test('retry() does not repeat what cannot succeed, and an abort ends the wait', async () => {
  const clock = new FakeClock()
  let tries = 0
  const options = { clock, random: seededRandom(1), backoff, attempts: 5 }
  const work = async () => {
    tries++
    throw new Error('no')
  }
  await expect(retry(work, { ...options, shouldRetry: () => false })).rejects.toThrow('no')
  expect(tries).toBe(1)
  const stop = new AbortController()
  const waiting = retry(work, { ...options, shouldRetry: () => true }, stop.signal)
  const settled = expect(waiting).rejects.toThrow('stopped')
  await clock.advance(0)
  stop.abort(new Error('stopped'))
  await settled
})

test('seededRandom() repeats itself and stays in range', () => {
  const [one, two] = [seededRandom(42), seededRandom(42)]
  const numbers = Array.from({ length: 1_000 }, () => one())
  expect(numbers).toEqual(Array.from({ length: 1_000 }, () => two()))
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(new Set(numbers).size).toBeGreaterThan(990)
})

test('a pool runs at most its limit, in order, and passes its places on after failures', async () => {
  const pool = createPool(2)
  let peak = 0
  const order: number[] = []
  const work = Array.from({ length: 10 }, (_, index) =>
    pool.run(async () => {
      order.push(index)
      peak = Math.max(peak, pool.active)
      await Promise.resolve()
      if (index % 3 === 0) throw new Error('no')
    }),
  )
  const results = await Promise.allSettled(work)
  expect(results.filter((result) => result.status === 'rejected')).toHaveLength(4)
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(peak).toBe(2)
  expect([pool.active, pool.waiting]).toEqual([0, 0])
})

test('an abort takes a waiter out of the pool without costing a place', async () => {
  const pool = createPool(1)
  const gate = Promise.withResolvers<void>()
  const first = pool.run(() => gate.promise)
  const stop = new AbortController()
  const second = pool.run(async () => 'never', stop.signal)
  const third = pool.run(async () => 'third')
  stop.abort(new Error('gone'))
  await expect(second).rejects.toThrow('gone')
  gate.resolve()
  await first
  expect(await third).toBe('third')
})

test('single flight shares one run per key and forgets it when it ends', async () => {
  const flights = createSingleFlight<string, number>()
  let runs = 0
  const gate = Promise.withResolvers<void>()
  const work = async () => {
    runs++
    await gate.promise
    return runs
  }
  const both = Promise.all([flights.run('a', work), flights.run('a', work, new AbortController().signal)])
  gate.resolve()
  expect(await both).toEqual([1, 1])
  expect(await flights.run('a', work)).toBe(2)
  expect(flights.size).toBe(0)
})

test('single flight aborts the work only when the last caller left', async () => {
  const flights = createSingleFlight<string, string>()
  const [one, two] = [new AbortController(), new AbortController()]
  let workSignal: AbortSignal | undefined
  const work = async (signal: AbortSignal) => {
    workSignal = signal
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    throw signal.reason
  }
  const first = expect(flights.run('a', work, one.signal)).rejects.toThrow('one')
  const second = expect(flights.run('a', work, two.signal)).rejects.toThrow('two')
  one.abort(new Error('one'))
  await first
  expect(workSignal?.aborted).toBe(false)
  two.abort(new Error('two'))
  await second
  expect(workSignal?.aborted).toBe(true)
  expect(flights.size).toBe(0)
})

test('an LRU evicts by weight what was used longest ago', () => {
  const evicted: string[] = []
  const lru = createLru<string, string>({
    maxWeight: 10,
    weigh: (value) => value.length,
    onEvict: (key) => evicted.push(key),
  })
  lru.set('a', 'xxxx')
  lru.set('b', 'xxxx')
  expect(lru.get('a')).toBe('xxxx')
  lru.set('c', 'xxxx')
  expect(evicted).toEqual(['b'])
  expect(lru.weight).toBe(8)
  lru.set('a', 'x')
  expect([lru.size, lru.weight]).toEqual([2, 5])
  lru.set('huge', 'x'.repeat(11))
  expect(lru.has('huge')).toBe(false)
  expect(lru.size).toBe(2)
})

test('a fifo keeps order through growth and shrinking', () => {
  const fifo = createFifo<number>()
  let next = 0
  for (let index = 0; index < 5_000; index++) {
    fifo.push(index)
    if (index % 3 !== 0) expect(fifo.take()).toBe(next++)
  }
  for (let item = fifo.take(); item !== undefined; item = fifo.take()) expect(item).toBe(next++)
  expect(next).toBe(5_000)
  expect(fifo.size).toBe(0)
})

test('room() lets in as the line gets shorter, also when who was let in brings no work', async () => {
  const pool = createPool(1)
  const { signal } = new AbortController()
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
  const work = gates.map(({ promise }) => pool.run(() => promise))
  expect(pool.waiting).toBe(2)
  const entered: string[] = []
  const rooms = ['first', 'second'].map((name) => pool.room(2, signal).then(() => entered.push(name)))
  const stop = new AbortController()
  const given = pool.room(2, stop.signal)
  stop.abort(new Error('not wanted any more'))
  await expect(given).rejects.toThrow('not wanted any more')
  expect(entered).toEqual([])
  gates[0]?.resolve()
  await Promise.all(rooms)
  expect(entered).toEqual(['first', 'second'])
  for (const gate of gates) gate.resolve()
  await Promise.all(work)
  await pool.room(1, signal)
})
