import { expect, test } from 'vitest'
import type { LiveObject } from '../plan/types.ts'
import { type Awaited, judgeStep } from './step-gate.ts'

const base: LiveObject = {
  key: 'apps/Deployment/shop/web',
  uid: '1',
  resourceVersion: '5',
  fingerprint: 'f',
  deleting: false,
  health: 'Healthy',
  message: '',
  trackingId: '',
  pruneRules: undefined,
}

const object: Awaited = { key: base.key, kind: 'object', appliedAt: 0 }

const rows: { reason: string; awaited: Awaited; live: Partial<LiveObject> | undefined; now?: number; want: string }[] =
  [
    { reason: 'a healthy object lets the step pass', awaited: object, live: {}, want: 'passed' },
    { reason: 'a kind without health lets the step pass', awaited: object, live: { health: '' }, want: 'passed' },
    {
      reason: 'a paused Deployment was paused on purpose',
      awaited: object,
      live: { health: 'Suspended' },
      want: 'passed',
    },
    { reason: 'progress is waited for', awaited: object, live: { health: 'Progressing' }, want: 'waiting' },
    {
      reason: 'Degraded right after the write may be the old status',
      awaited: object,
      live: { health: 'Degraded' },
      now: 500,
      want: 'waiting',
    },
    {
      reason: 'Degraded that stands is a failure',
      awaited: object,
      live: { health: 'Degraded' },
      now: 3_000,
      want: 'failed',
    },
    {
      reason: 'a failed hook is final at once',
      awaited: { ...object, kind: 'hook' },
      live: { health: 'Degraded' },
      want: 'failed',
    },
    { reason: 'what vanished while it was waited for is an error', awaited: object, live: undefined, want: 'failed' },
    {
      reason: 'a Job whose TTL took it after success succeeded',
      awaited: { ...object, kind: 'hook', lastSeen: 'Healthy' },
      live: undefined,
      want: 'passed',
    },
    {
      reason: 'a Job that vanished before it succeeded did not succeed',
      awaited: { ...object, kind: 'hook', lastSeen: 'Progressing' },
      live: undefined,
      want: 'failed',
    },
    {
      reason: 'a prune is over when the object is gone',
      awaited: { ...object, kind: 'prune' },
      live: undefined,
      want: 'passed',
    },
    {
      reason: 'a finalizer holds a prune',
      awaited: { ...object, kind: 'prune' },
      live: { deleting: true },
      want: 'waiting',
    },
    { reason: 'an object on its way out is not healthy', awaited: object, live: { deleting: true }, want: 'waiting' },
  ]

test.each(rows)('judgeStep(): $reason', ({ awaited, live, now, want }) => {
  const verdict = judgeStep([awaited], () => (live === undefined ? undefined : { ...base, ...live }), now ?? 0)
  expect(verdict.kind).toBe(want)
})

test('judgeStep() says when a Degraded verdict will have stood long enough', () => {
  const verdict = judgeStep([object], () => ({ ...base, health: 'Degraded' }), 1_000)
  expect(verdict).toMatchObject({ kind: 'waiting', lookAgainMs: 2_000 })
})

test('judgeStep() lets failure beat waiting, whatever the order', () => {
  const other: Awaited = { key: 'apps/Deployment/shop/api', kind: 'hook', appliedAt: 0 }
  const live = (key: string): LiveObject => ({ ...base, key, health: key === object.key ? 'Progressing' : 'Degraded' })
  expect(judgeStep([object, other], live, 0).kind).toBe('failed')
  expect(judgeStep([other, object], live, 0).kind).toBe('failed')
})
