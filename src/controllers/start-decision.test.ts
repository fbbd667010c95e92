import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideStart, type StartInput } from './start-decision.ts'

const now = 1_000_000
const ready: StartInput = { kind: 'sync', enabled: true, selfHeal: true, heals: { count: 0, lastAt: 0 }, now }
const failedOnce = { failed: 1, lastAt: now, reason: 'ClusterUnavailable', applied: false } as const

const rows: { why: string; input: Partial<StartInput>; wanted: object }[] = [
  { why: 'a difference from Git', input: {}, wanted: { rule: 'sync', outcome: 'start' } },
  { why: 'manual sync', input: { enabled: false }, wanted: { rule: 'automated-sync', outcome: 'stop' } },
  { why: 'manual sync goes before heal', input: { enabled: false, kind: 'heal' }, wanted: { rule: 'automated-sync' } },
  {
    why: 'drift without self-heal',
    input: { kind: 'heal', selfHeal: false },
    wanted: { rule: 'self-heal', outcome: 'stop' },
  },
  {
    why: 'a new state although self-heal is off',
    input: { selfHeal: false },
    wanted: { rule: 'sync', outcome: 'start' },
  },
  { why: 'drift, the first time', input: { kind: 'heal' }, wanted: { rule: 'self-heal', outcome: 'start' } },
  {
    why: 'drift again at once: 2 s between the first two heals',
    input: { kind: 'heal', heals: { count: 1, lastAt: now - 500 } },
    wanted: { rule: 'self-heal', outcome: 'wait', untilMs: now + 1_500 },
  },
  {
    why: 'drift after ten quiet minutes starts anew',
    input: { kind: 'heal', heals: { count: 9, lastAt: now - 600_001 } },
    wanted: { rule: 'self-heal', outcome: 'start' },
  },
  {
    why: 'a failed try waits 5 s',
    input: { attempts: failedOnce },
    wanted: { rule: 'retry', outcome: 'wait', untilMs: now + 5_000, because: 'retry 1 of 5' },
  },
  {
    why: 'a failed try whose pause is over',
    input: { attempts: { ...failedOnce, lastAt: now - 5_000 } },
    wanted: { rule: 'retry', outcome: 'start', because: 'retry 1' },
  },
  {
    why: 'what only a commit cures',
    input: { attempts: { ...failedOnce, reason: 'ManifestInvalid' } },
    wanted: { rule: 'retry', outcome: 'stop' },
  },
  {
    why: 'everything was applied and only health did not follow',
    input: { attempts: { ...failedOnce, reason: 'HealthDegraded', applied: true } },
    wanted: { rule: 'retry', outcome: 'stop', because: 'everything is applied; health is watched' },
  },
]

test.for(rows)('$why', ({ input, wanted }) => {
  expect(decideStart({ ...ready, ...input })).toMatchObject(wanted)
})

test('a stored decision replays: the input as JSON gives the same outcome; a wait always names a later moment', () => {
  const attempts = fc.record({
    failed: fc.integer({ min: 1, max: 50 }),
    lastAt: fc.integer({ min: 0, max: 2 * now }),
    reason: fc.constantFrom('ClusterUnavailable' as const, 'HookFailed' as const, 'ManifestInvalid' as const),
    applied: fc.boolean(),
  })
  const input: fc.Arbitrary<StartInput> = fc.record(
    {
      kind: fc.constantFrom('sync' as const, 'heal' as const),
      enabled: fc.boolean(),
      selfHeal: fc.boolean(),
      attempts,
      heals: fc.record({ count: fc.nat(20), lastAt: fc.nat(2 * now) }),
      now: fc.constant(now),
    },
    { requiredKeys: ['kind', 'enabled', 'selfHeal', 'heals', 'now'] },
  )
  fc.assert(
    fc.property(input, (one) => {
      const decision = decideStart(one)
      expect(decideStart(JSON.parse(JSON.stringify(one)))).toEqual(decision)
      if (decision.outcome === 'wait') expect(decision.untilMs).toBeGreaterThan(one.now)
      else expect(decision.untilMs).toBeUndefined()
    }),
  )
})
