import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { seededRandom } from './random.ts'
import { createWorkQueue, type Outcome } from './work-queue.ts'

const key = fc.constantFrom('a', 'b', 'c')
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom('high' as const, 'normal' as const) }),
  fc.record({ do: fc.constant('after' as const), key, ms: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ do: fc.constant('forget' as const), key }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) }),
)
const outcome = fc.oneof(
  fc.constant('done' as const),
  fc.constant('throw' as const),
  fc.integer({ min: 0, max: 30 }).map((afterMs) => ({ kind: 'requeue' as const, afterMs })),
)

const passMs = 15
const intended = new Error('the pass failed')

test('whatever happens, a key never runs twice at once, and no wake-up is lost or late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
      fc.array(outcome, { maxLength: 30, size: 'max' }),
      async (steps, outcomes) => {
        const clock = new FakeClock()
        /** A failed expectation inside a pass is a throw like any other to the queue, so it is looked at in the end. */
        const thrown = new Set<unknown>()
        const queue = createWorkQueue<string>({
          clock,
          random: seededRandom(1),
          // A place for every key, so that only its own pass can delay a key.
          concurrency: 3,
          backoff: { baseMs: 5, maxMs: 20, factor: 2 },
          onError: (_key, error) => thrown.add(error),
        })
        const stop = new AbortController()
        const runningNow = new Set<string>()
        /** When a pass has to have begun at the latest, for each key somebody asked for. */
        const owed = new Map<string, number>()
        /** The earliest time somebody asked for with addAfter(); later ones are merged into it until it comes. */
        const timers = new Map<string, number>()
        const endedAt = new Map<string, number>()
        function owe(key: string, at: number): void {
          owed.set(key, Math.min(at, owed.get(key) ?? at))
        }
        function ring(key: string): void {
          const at = timers.get(key) ?? Number.POSITIVE_INFINITY
          if (at > clock.now()) return
          timers.delete(key)
          owe(key, at)
        }
        const plan = [...outcomes]
        const finished = queue.run(async (current): Promise<Outcome> => {
          expect(runningNow.has(current)).toBe(false)
          runningNow.add(current)
          ring(current)
          const due = owed.get(current) ?? Number.POSITIVE_INFINITY
          // A pass that begins pays for all that was due by now.
          if (due <= clock.now()) {
            expect(clock.now()).toBe(Math.max(due, endedAt.get(current) ?? 0))
            owed.delete(current)
          }
          await clock.sleep(passMs)
          runningNow.delete(current)
          endedAt.set(current, clock.now())
          const next = plan.shift() ?? 'done'
          if (next === 'throw') throw intended
          return next === 'done' ? { kind: 'done' } : next
        }, stop.signal)
        for (const action of steps) {
          if (action.do === 'wait') {
            await clock.advance(action.ms)
            continue
          }
          const { key } = action
          ring(key)
          if (action.do === 'forget') {
            queue.forget(key)
            owed.delete(key)
            timers.delete(key)
          } else if (action.do === 'add' || action.ms === 0) {
            owe(key, clock.now())
            if (action.do === 'add') queue.add(key, action.priority)
            else queue.addAfter(key, 0)
          } else {
            const at = clock.now() + action.ms
            timers.set(key, Math.min(at, timers.get(key) ?? at))
            queue.addAfter(key, action.ms)
          }
        }
        await clock.advance(2_000)
        await queue.idle()
        expect([...owed.keys(), ...timers.keys()]).toEqual([])
        thrown.delete(intended)
        expect([...thrown]).toEqual([])
        expect([queue.size, queue.running]).toEqual([0, 0])
        stop.abort()
        await finished
      },
    ),
    { numRuns: 150 },
  )
})
