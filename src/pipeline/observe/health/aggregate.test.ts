import { expect, test } from 'vitest'
import type { HealthStatus } from '../../../api/views.ts'
import { aggregateHealth } from './aggregate.ts'

const web = 'apps/Deployment/shop/web'
const api = 'apps/Deployment/shop/api'
const child = 'argoproj.io/Application/argocd/shop'
const job = 'batch/CronJob/shop/report'

const rows: readonly { reason: string; members: readonly (readonly [string, HealthStatus | ''])[]; want: string }[] = [
  { reason: 'no objects at all is fine', members: [], want: 'Healthy -' },
  { reason: 'objects without health do not count', members: [[web, '']], want: 'Healthy -' },
  {
    reason: 'the worst counts',
    members: [
      [web, 'Progressing'],
      [api, 'Degraded'],
      [job, 'Healthy'],
    ],
    want: `Degraded ${api}`,
  },
  {
    reason: 'Unknown is worse than Degraded',
    members: [
      [web, 'Unknown'],
      [api, 'Degraded'],
    ],
    want: `Unknown ${web}`,
  },
  {
    reason: 'of equals the first by key, whatever the order',
    members: [
      [web, 'Degraded'],
      [api, 'Degraded'],
    ],
    want: `Degraded ${api}`,
  },
  {
    reason: 'one missing object is only OutOfSync (Argo CD since 3.4)',
    members: [
      [web, 'Missing'],
      [api, 'Healthy'],
    ],
    want: 'Healthy -',
  },
  {
    reason: 'all missing is Missing',
    members: [
      [web, 'Missing'],
      [api, 'Missing'],
    ],
    want: `Missing ${api}`,
  },
  {
    reason: 'an object without health is still there',
    members: [
      [web, 'Missing'],
      [api, ''],
    ],
    want: 'Healthy -',
  },
  {
    reason: 'an Unknown child does not infect its parent',
    members: [
      [child, 'Unknown'],
      [web, 'Healthy'],
    ],
    want: 'Healthy -',
  },
  {
    reason: 'a Degraded child does',
    members: [
      [child, 'Degraded'],
      [web, 'Healthy'],
    ],
    want: `Degraded ${child}`,
  },
  {
    reason: 'a suspended cron job may stay so for good',
    members: [
      [job, 'Suspended'],
      [web, 'Healthy'],
    ],
    want: 'Healthy -',
  },
  {
    reason: 'a paused rollout is Suspended',
    members: [
      [web, 'Suspended'],
      [api, 'Healthy'],
    ],
    want: `Suspended ${web}`,
  },
]

test.each(rows)('aggregateHealth(): $reason', ({ members, want }) => {
  const verdict = aggregateHealth(members.map(([key, status]) => ({ key, status, message: 'm' })))
  expect(`${verdict.status} ${verdict.key ?? '-'}`).toBe(want)
})
