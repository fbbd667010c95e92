import { expect, test } from 'vitest'
import type { LiveObject } from '../plan/types.ts'
import type { HealthVerdict } from './health/index.ts'
import { createLateVerdicts, meanwhile } from './late-verdicts.ts'

const previous = { uid: 'u1', resourceVersion: '7', health: 'Degraded', message: 'broken' } as LiveObject
const waiting = { status: 'Progressing', message: 'waiting for its health check' }

test.each([
  [undefined, 'u1', '8', false, waiting, 'nothing was known'],
  [
    previous,
    'u1',
    '8',
    false,
    { status: 'Degraded', message: 'broken' },
    'a change that the cluster reports keeps the verdict',
  ],
  [previous, 'u1', '8', true, waiting, 'what we wrote has no verdict yet: a wave must not pass on the old one'],
  [previous, 'u1', '7', true, { status: 'Degraded', message: 'broken' }, 'a write that changed nothing'],
  [previous, 'u2', '8', false, waiting, 'another object of the same name'],
  [{ ...previous, health: '' as const }, 'u1', '8', false, undefined, 'an object without health stays without'],
] as const)('%#: %s', (before, uid, version, written, expected, why) => {
  expect(meanwhile(before, uid, version, written), why).toEqual(expected)
})

test('settled waits for what is expected, and for nothing else', async () => {
  const late = createLateVerdicts()
  await late.settled()
  const pending = Promise.withResolvers<HealthVerdict | undefined>()
  const seen: unknown[] = []
  late.expect(pending.promise, (verdict) => seen.push(verdict))
  const settled = late.settled().then(() => seen.push('settled'))
  pending.resolve({ status: 'Healthy', message: '' })
  await settled
  expect(seen).toEqual([{ status: 'Healthy', message: '' }, 'settled'])
  await late.settled()
})
