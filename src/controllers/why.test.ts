import { expect, test } from 'vitest'
import { Application } from '../api/application.ts'
import { type ManagedApplication, newApplication } from './application-state.ts'
import { why } from './why.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')
const ago = (minutes: number) => now - minutes * 60_000
const cause = {
  ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'web-1' },
  chain: [],
  reason: 'ImagePullBackOff',
  message: 'no such tag',
}

function appOf(changes: Partial<ManagedApplication>, automated = true): ManagedApplication {
  const manifest = Application.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop' },
    spec: {
      source: { repoURL: 'https://git.example.com/fleet.git', path: 'shop' },
      destination: {},
      ...(automated ? { syncPolicy: { automated: {} } } : {}),
    },
  })
  return Object.assign(newApplication(manifest, '', false, ago(60)), changes)
}

function answer(changes: Partial<ManagedApplication>, more: Partial<Parameters<typeof why>[0]> = {}, automated = true) {
  return why({
    app: appOf(changes, automated),
    now,
    change: undefined,
    before: undefined,
    repositoryFailure: undefined,
    impact: [],
    ...more,
  })
}

const synced = { status: 'Synced' as const, since: ago(30) }
const differs = { status: 'OutOfSync' as const, since: ago(5) }
const healthOf = (status: ManagedApplication['health']['status'], message = '', because?: typeof cause) => ({
  status,
  since: ago(3),
  message,
  cause: because,
})
const attempts = {
  digest: 'd',
  count: 2,
  lastAt: ago(1),
  reason: 'ApplyRefused' as const,
  message: 'no',
  applied: false,
}

const rows: {
  why: string
  changes: Partial<ManagedApplication>
  automated?: boolean
  headline: string
  next: string[]
}[] = [
  {
    why: 'all is well: nothing to do',
    changes: { sync: synced, health: healthOf('Healthy') },
    headline: 'shop is Synced and Healthy since 11:57 UTC (3 min): nothing is wrong',
    next: [],
  },
  {
    why: 'the cause is said rather than its symptom',
    changes: { sync: synced, health: healthOf('Degraded', 'Deployment web: 0 of 1', cause) },
    headline: 'shop is Degraded since 11:57 UTC (3 min): Pod shop/web-1: ImagePullBackOff: no such tag',
    next: ['halcyon diff shop', 'halcyon events shop'],
  },
  {
    why: 'a manual application that differs is for a person to sync',
    changes: { sync: differs, health: healthOf('Healthy'), differing: new Map([['k', 'changed']]) },
    automated: false,
    headline: 'shop is OutOfSync since 11:55 UTC (5 min): 1 object differs from Git',
    next: ['halcyon sync shop', 'halcyon diff shop', 'halcyon events shop'],
  },
  {
    why: 'a failed try says its own words, and can be tried again',
    changes: { sync: differs, reason: 'ApplyRefused', message: 'Cannot sync shop: no', attempts },
    headline: 'shop is OutOfSync since 11:55 UTC (5 min): Cannot sync shop: no',
    next: ['halcyon sync shop', 'halcyon diff shop', 'halcyon events shop'],
  },
  {
    why: 'not compared yet',
    changes: {},
    headline: 'shop is Unknown: it has not been compared yet',
    next: ['halcyon diff shop', 'halcyon events shop'],
  },
]

test.for(rows)('$why', ({ changes, automated, headline, next }) => {
  const said = answer(changes, {}, automated)
  expect(said.headline).toBe(headline)
  expect(said.next.map((step) => step.command)).toEqual(next)
})

test('what was tried, and what still works', () => {
  const said = answer(
    {
      sync: { status: 'Unknown', since: ago(1) },
      syncedRevisions: ['9f2c1ab4d77b'],
      attempts,
      heals: { count: 3, lastAt: 0 },
    },
    { repositoryFailure: 'the host is away', impact: ['1 of 2 Pods of Deployment web serve'] },
  )
  expect(said.tried).toEqual(['2 tries of this state failed: ApplyRefused', 'drift healed 3 times'])
  expect(said.impact).toEqual([
    '1 of 2 Pods of Deployment web serve',
    'Git is not reachable (the host is away); the last good revision stays live',
    'revision 9f2c1ab stays live',
  ])
})
