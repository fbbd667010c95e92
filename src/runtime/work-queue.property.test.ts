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

test('whatever happens, a key never runs twice at once, and no wake-up is lost or late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
      fc.array(outcome, { maxLength: 30, size: 'max' }),
      async (steps, outcomes) => {
        const clock = new FakeClock()
        const queue = createWorkQueue<string>({
          clock,
          random: seededRandom(1),
          // A place for every key, so that only its own pass can delay a key.
          concurrency: 3,
          backoff: { baseMs: 5, maxMs: 20, factor: 2 },
          onError: () => {},
        })
        const stop = new AbortController()
        const runningNow = new Set<string>()
        /** When a pass has to have begun at the latest, for each key somebody asked for. */
        const owed = new Map<string, number>()
        const endedAt = new Map<string, number>()
        const plan = [...outcomes]
        const finished = queue.run(async (current): Promise<Outcome> => {
          expect(runningNow.has(current)).toBe(false)
          runningNow.add(current)
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
          if (next === 'throw') throw new Error('no')
          return next === 'done' ? { kind: 'done' } : next
        }, stop.signal)
        for (const action of steps) {
          if (action.do === 'wait') await clock.advance(action.ms)
          else if (action.do === 'forget') {
            queue.forget(action.key)
            owed.delete(action.key)
          } else {
            const at = clock.now() + (action.do === 'after' ? action.ms : 0)
            owed.set(action.key, Math.min(at, owed.get(action.key) ?? at))
            if (action.do === 'after') queue.addAfter(action.key, action.ms)
            else queue.add(action.key, action.priority)
          }
        }
        await clock.advance(2_000)
        await queue.idle()
        expect([...owed.keys()]).toEqual([])
        expect([queue.size, queue.running]).toEqual([0, 0])
        stop.abort()
        await finished
      },
    ),
    { numRuns: 150 },
  )
})
