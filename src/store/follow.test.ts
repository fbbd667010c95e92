import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from '../runtime/clock.ts'
import { FollowerTooSlowError, followWindow } from './event-log.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'
import { testAt, testEvent } from './testing.ts'

// The clock stands where the events are, or they would be too old to be kept.
const open = () => openStore(':memory:', { clock: new FakeClock(Date.parse(testAt)) })

function append(store: Store, count: number): void {
  for (let index = 0; index < count; index++) store.appendEvent(testEvent('m'))
}

/** Reads until `last` was seen; pauses where told, so that backfill, cut-over and live reading all meet concurrent appends. */
async function readUntil(store: Store, cursor: number, last: number, pauseEvery: number): Promise<number[]> {
  const stop = new AbortController()
  const seen: number[] = []
  for await (const event of store.follow(cursor, stop.signal)) {
    seen.push(event.seq)
    if (event.seq >= last) stop.abort()
    if (seen.length % pauseEvery === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return seen
}

test('follow() has no gap and no repetition, whatever is appended while it reads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.nat(2_000), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 300 }),
      async (batches, flushAfter, cursors, pauseEvery) => {
        await using store = await open()
        const total = batches.reduce((sum, count) => sum + count, 0)
        const readers: Promise<number[]>[] = []
        const starts: number[] = []
        for (const [index, count] of batches.entries()) {
          append(store, count)
          if (index === flushAfter) await store.flush()
          const cursor = cursors[index]
          if (cursor !== undefined) {
            // A cursor from the future starts at the end, which may be anywhere by now; keep to real ones.
            const known = (await store.events({ newestFirst: true, limit: 1 }))[0]?.seq ?? 0
            await store.flush()
            const start = Math.min(cursor, known, total - 1)
            starts.push(start)
            readers.push(readUntil(store, start, total, pauseEvery))
          }
          await new Promise((resolve) => setImmediate(resolve))
        }
        for (const [index, seen] of (await Promise.all(readers)).entries()) {
          const start = starts[index]!
          expect(seen).toEqual(Array.from({ length: total - start }, (_, offset) => start + 1 + offset))
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('follow() reads history of an earlier process, then goes on live', async () => {
  await using store = await open()
  append(store, followWindow + 1_234)
  await store.flush()
  const reading = readUntil(store, 3, followWindow + 2_000, 1_000)
  append(store, 766)
  const seen = await reading
  expect(seen[0]).toBe(4)
  expect(seen).toHaveLength(followWindow + 2_000 - 3)
})

test('a live reader that falls too far behind is dropped with an error', async () => {
  await using store = await open()
  append(store, 1)
  await store.flush()
  const stop = new AbortController()
  const iterator = store.follow(0, stop.signal)[Symbol.asyncIterator]()
  expect((await iterator.next()).value?.seq).toBe(1)
  const waiting = iterator.next()
  append(store, 1)
  expect((await waiting).value?.seq).toBe(2)
  append(store, followWindow + 1)
  await store.flush()
  await expect(iterator.next()).rejects.toBeInstanceOf(FollowerTooSlowError)
})

test('a backfilling reader that retention overtakes is dropped instead of skipping events', async () => {
  const clock = new FakeClock(Date.parse(testAt))
  await using store = await openStore(':memory:', { clock, retention: { events: 100 } })
  append(store, 1_000)
  await store.flush()
  // Nothing was pruned yet: that happens after a minute, or after 10,000 events.
  const iterator = store.follow(0, new AbortController().signal)[Symbol.asyncIterator]()
  expect((await iterator.next()).value?.seq).toBe(1)
  append(store, followWindow + 1_000)
  await store.flush()
  await clock.advance(61_000)
  const readOn = async () => {
    for (;;) await iterator.next()
  }
  await expect(readOn()).rejects.toBeInstanceOf(FollowerTooSlowError)
})

test('an abort ends a reader that waits', async () => {
  await using store = await open()
  const stop = new AbortController()
  const next = store.follow(0, stop.signal)[Symbol.asyncIterator]().next()
  stop.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})

test('a cursor from a log that is gone starts at the end', async () => {
  await using store = await open()
  append(store, 5)
  await store.flush()
  const iterator = store.follow(900, new AbortController().signal)[Symbol.asyncIterator]()
  const next = iterator.next()
  append(store, 1)
  expect((await next).value?.seq).toBe(6)
})
