import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { seededRandom } from './random.ts'
import { createWorkQueue, type Outcome, type WorkQueueOptions } from './work-queue.ts'

const done: Outcome = { kind: 'done' }

function setUp(overrides: Partial<WorkQueueOptions<string>> = {}) {
  const clock = new FakeClock()
  const errors: { key: string; failures: number; retryMs: number }[] = []
  const queue = createWorkQueue<string>({
    clock,
    random: seededRandom(1),
    concurrency: 2,
    backoff: { baseMs: 100, maxMs: 1_000, factor: 2 },
    onError: (key, _error, failures, retryMs) => errors.push({ key, failures, retryMs }),
    ...overrides,
  })
  const stop = new AbortController()
  return { clock, errors, queue, stop }
}

/** A handler whose passes end when the test says so. */
function gated() {
  const started: string[] = []
  const gates = new Map<string, () => void>()
  return {
    started,
    open: (key: string) => gates.get(key)?.(),
    handler: async (key: string) => {
      started.push(key)
      await new Promise<void>((resolve) => gates.set(key, resolve))
      return done
    },
  }
}

test('add() twice before a key runs is one pass', async () => {
  const { queue, stop } = setUp()
  const seen: string[] = []
  queue.add('a')
  queue.add('a')
  queue.add('b')
  expect(queue.size).toBe(2)
  const finished = queue.run(async (key) => {
    seen.push(key)
    return done
  }, stop.signal)
  await queue.idle()
  expect(seen).toEqual(['a', 'b'])
  stop.abort()
  await finished
})

test('a key added while it runs never runs twice at once and runs once more afterwards', async () => {
  const { clock, queue, stop } = setUp()
  const { started, open, handler } = gated()
  const finished = queue.run(handler, stop.signal)
  queue.add('a')
  await clock.advance(0)
  queue.add('a')
  queue.add('a')
  await clock.advance(0)
  expect(started).toEqual(['a'])
  expect(queue.running).toBe(1)
  open('a')
  await clock.advance(0)
  expect(started).toEqual(['a', 'a'])
  open('a')
  await queue.idle()
  expect(started).toEqual(['a', 'a'])
  stop.abort()
  await finished
})

test('no more passes run at once than the concurrency allows', async () => {
  const { clock, queue, stop } = setUp({ concurrency: 2 })
  const { started, open, handler } = gated()
  void queue.run(handler, stop.signal)
  for (const key of ['a', 'b', 'c']) queue.add(key)
  await clock.advance(0)
  expect(started).toEqual(['a', 'b'])
  open('a')
  await clock.advance(0)
  expect(started).toEqual(['a', 'b', 'c'])
  stop.abort()
})

test('high goes before normal, a queued key can be raised, and normal is not starved', async () => {
  const { queue, stop } = setUp({ concurrency: 1 })
  const seen: string[] = []
  for (let index = 0; index < 4; index++) queue.add(`n${index}`)
  for (let index = 0; index < 12; index++) queue.add(`h${index}`, 'high')
  queue.add('n3', 'high')
  void queue.run(async (key) => {
    seen.push(key)
    return done
  }, stop.signal)
  await queue.idle()
  expect(seen.slice(0, 7)).toEqual(['h0', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
  expect(seen[7]).toBe('n0')
  expect(seen.indexOf('n3')).toBeLessThan(seen.indexOf('n1'))
  expect(seen.toSorted()).toEqual([...new Set(seen)].toSorted())
  expect(seen).toHaveLength(16)
  stop.abort()
})

test('a throw backs off exponentially up to the bound, and a success starts anew', async () => {
  const { clock, errors, queue, stop } = setUp()
  let fails = 6
  void queue.run(async () => {
    if (fails-- > 0) throw new Error('no')
    return done
  }, stop.signal)
  queue.add('a')
  await clock.advance(10_000)
  expect(errors.map((error) => error.retryMs)).toEqual([100, 200, 400, 800, 1_000, 1_000])
  fails = 1
  queue.add('a')
  await clock.advance(10_000)
  expect(errors.at(-1)).toEqual({ key: 'a', failures: 1, retryMs: 100 })
  stop.abort()
})

test('requeue comes back after its time, and a pass in between replaces that time', async () => {
  const { clock, queue, stop } = setUp()
  const at: number[] = []
  const start = clock.now()
  const outcomes: Outcome[] = [{ kind: 'requeue', afterMs: 500 }, done]
  void queue.run(async () => {
    at.push(clock.now() - start)
    return outcomes.shift() ?? done
  }, stop.signal)
  queue.add('a')
  await clock.advance(100)
  queue.add('a')
  await clock.advance(10_000)
  expect(at).toEqual([0, 100])
  outcomes.push({ kind: 'requeue', afterMs: 500 })
  queue.add('a')
  await clock.advance(10_000)
  expect(at).toEqual([0, 100, 10_100, 10_600])
  stop.abort()
})

test('addAfter() keeps the earliest of several times, and survives a pass in between', async () => {
  const { clock, queue, stop } = setUp()
  const at: number[] = []
  const start = clock.now()
  void queue.run(async () => {
    at.push(clock.now() - start)
    return done
  }, stop.signal)
  queue.addAfter('a', 300)
  queue.addAfter('a', 200)
  queue.addAfter('a', 400)
  await clock.advance(100)
  queue.add('a')
  await clock.advance(1_000)
  expect(at).toEqual([100, 200])
  stop.abort()
})

test('forget() drops timers and failures, and ignores the answer of a pass that runs', async () => {
  const { clock, queue, stop } = setUp()
  let passes = 0
  const gate = Promise.withResolvers<void>()
  void queue.run(async () => {
    passes++
    await gate.promise
    throw new Error('too late')
  }, stop.signal)
  queue.addAfter('gone', 50)
  queue.forget('gone')
  queue.add('a')
  await clock.advance(100)
  expect(passes).toBe(1)
  queue.forget('a')
  gate.resolve()
  await clock.advance(60_000)
  expect(passes).toBe(1)
  stop.abort()
})

test('a key forgotten and added again while it runs still never runs twice at once', async () => {
  const { clock, queue, stop } = setUp()
  const { started, open, handler } = gated()
  void queue.run(handler, stop.signal)
  queue.add('a')
  await clock.advance(0)
  queue.forget('a')
  queue.add('a')
  await clock.advance(0)
  expect(started).toEqual(['a'])
  open('a')
  await clock.advance(0)
  expect(started).toEqual(['a', 'a'])
  stop.abort()
})

test('run() ends after the abort only when the last pass has ended', async () => {
  const { clock, errors, queue, stop } = setUp()
  const events: string[] = []
  const finished = queue
    .run(async (_key, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      events.push('pass')
      throw signal.reason
    }, stop.signal)
    .then(() => events.push('run'))
  queue.add('a')
  await clock.advance(0)
  queue.add('b')
  stop.abort()
  await finished
  expect(events.at(-1)).toBe('run')
  expect(events.filter((event) => event === 'pass').length).toBeGreaterThan(0)
  expect(errors).toEqual([])
})

test('idle() waits for what is due now but not for the future', async () => {
  const { clock, queue, stop } = setUp()
  let passes = 0
  void queue.run(async () => {
    passes++
    return { kind: 'requeue', afterMs: 1_000 }
  }, stop.signal)
  await queue.idle()
  queue.add('a')
  await queue.idle()
  expect(passes).toBe(1)
  await clock.advance(1_000)
  await queue.idle()
  expect(passes).toBe(2)
  stop.abort()
})

test('thousands of keys with timers all come back, each once', async () => {
  const { clock, queue, stop } = setUp({ concurrency: 16 })
  const counts = new Map<string, number>()
  void queue.run(async (key) => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return done
  }, stop.signal)
  const random = seededRandom(7)
  for (let index = 0; index < 3_000; index++) queue.addAfter(`k${index}`, 1 + Math.floor(random() * 50))
  await clock.advance(60)
  await queue.idle()
  expect(counts.size).toBe(3_000)
  expect(new Set(counts.values())).toEqual(new Set([1]))
  stop.abort()
})
