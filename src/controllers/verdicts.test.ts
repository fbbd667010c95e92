import { expect, test } from 'vitest'
import { Application } from '../api/application.ts'
import type { EventView } from '../api/views.ts'
import type { LiveObject } from '../pipeline/plan/types.ts'
import { FakeClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { type ManagedApplication, newApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'
import { refreshHealth, setProblem, setSync, tellParent } from './verdicts.ts'

function setUp(changes: Partial<ManagedApplication> = {}, automated = true) {
  const events: Omit<EventView, 'seq'>[] = []
  const told: string[] = []
  const clock = new FakeClock()
  const context = {
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    tracing: { current: () => undefined },
    store: { appendEvent: (event: Omit<EventView, 'seq'>) => events.push(event) },
    settings: { readOnly: false },
    fleet: { registry: { setHealth: (_name: string, health: string, why: string) => told.push(`${health}: ${why}`) } },
  } as unknown as ControllerContext
  const manifest = Application.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'child' },
    spec: {
      source: { repoURL: 'https://git.example.com/fleet.git', path: 'child' },
      destination: {},
      ...(automated ? { syncPolicy: { automated: {} } } : {}),
    },
  })
  const app = Object.assign(newApplication(manifest, 'parent', false, clock.now()), changes)
  return { context, app, events, told, clock }
}

const synced = { status: 'Synced' as const, since: 0 }
const differs = { status: 'OutOfSync' as const, since: 0 }
const healthOf = (status: ManagedApplication['health']['status'], message = '') => ({
  status,
  since: 0,
  message,
  cause: undefined,
})
const running = { digest: 'd', abort: new AbortController(), done: Promise.resolve() }

const rows: { why: string; changes: Partial<ManagedApplication>; automated?: boolean; wanted: string }[] = [
  { why: 'delivered and well', changes: { sync: synced, health: healthOf('Healthy') }, wanted: 'Healthy: ' },
  {
    why: 'being synced',
    changes: { sync: synced, running, health: healthOf('Healthy') },
    wanted: 'Progressing: being synced',
  },
  { why: 'not compared yet', changes: {}, wanted: 'Progressing: being synced' },
  {
    why: 'cannot be compared',
    changes: { reason: 'RenderFailed', message: 'Cannot render' },
    wanted: 'Degraded: Cannot render',
  },
  {
    why: 'tried again after a failure is on its way, not failed',
    changes: { reason: 'ApplyRefused', message: 'no', running },
    wanted: 'Progressing: being synced',
  },
  {
    why: 'a person has to sync it: nobody waits for that',
    changes: { sync: differs, health: healthOf('Degraded') },
    automated: false,
    wanted: ': waits for a manual sync',
  },
  {
    why: 'compared, and about to be synced, whatever its objects look like',
    changes: { sync: differs, health: healthOf('Missing') },
    wanted: 'Progressing: about to be synced',
  },
  {
    why: 'what differs is not to be changed by itself: its objects count',
    changes: { sync: differs, health: healthOf('Healthy'), outcome: 'stalled' },
    wanted: 'Healthy: ',
  },
  {
    why: 'a failed sync',
    changes: { sync: differs, reason: 'ApplyRefused', message: 'no', health: healthOf('Healthy') },
    wanted: 'Degraded: no',
  },
  {
    why: 'its objects are ill',
    changes: { sync: synced, health: healthOf('Degraded', 'web') },
    wanted: 'Degraded: web',
  },
  { why: 'Missing holds nobody (Argo CD)', changes: { sync: synced, health: healthOf('Missing', 'x') }, wanted: ': x' },
]

test.for(rows)('a parent sees: $why', ({ changes, automated, wanted }) => {
  const { context, app, told } = setUp(changes, automated)
  tellParent(context, app)
  expect(told).toEqual([wanted])
})

test('a root has nobody to tell', () => {
  const { context, app, told } = setUp({ parent: '' })
  tellParent(context, app)
  expect(told).toEqual([])
})

test('the same problem is one event, however often it is met; another message is another', () => {
  const { context, app, events } = setUp()
  for (const message of ['away', 'away', 'away', 'refused'])
    setProblem(context, app, 'ReconcileFailed', 'ClusterUnavailable', message)
  expect(events.map((event) => event.message)).toEqual(['away', 'refused'])
})

test('a verdict keeps the time since when it stands, and shows when it was last formed', async () => {
  const { context, app, clock } = setUp()
  setSync(context, app, 'Synced')
  const since = clock.now()
  await clock.advance(5_000)
  setSync(context, app, 'Synced')
  expect(app.sync).toEqual({ status: 'Synced', since })
  expect(app.observedAt).toBe(since + 5_000)
})

test('health is the worst of the objects, names it, and is an event only when it changes', () => {
  const { context, app, events } = setUp()
  app.inventory.set('apps/Deployment/n/web', { key: 'apps/Deployment/n/web' } as never)
  const look = (web: Partial<LiveObject> | undefined) =>
    refreshHealth(context, app, () => web as LiveObject | undefined)
  look({ health: 'Degraded', message: 'no image', deleting: false })
  look({ health: 'Degraded', message: 'still no image', deleting: false })
  expect(app.health).toMatchObject({ status: 'Degraded', message: 'Deployment n/web: still no image' })
  look({ health: 'Healthy', message: '', deleting: true })
  expect(app.health).toMatchObject({ status: 'Progressing', message: 'Deployment n/web: being deleted' })
  look(undefined)
  expect(app.health).toMatchObject({ status: 'Missing', message: 'Deployment n/web: not in the cluster' })
  look({ health: 'Healthy', message: '', deleting: false })
  expect(app.health).toMatchObject({ status: 'Healthy', message: '' })
  expect(events.map((event) => event.data)).toEqual([
    { from: 'Unknown', to: 'Degraded' },
    { from: 'Degraded', to: 'Progressing' },
    { from: 'Progressing', to: 'Missing' },
    { from: 'Missing', to: 'Healthy' },
  ])
})
