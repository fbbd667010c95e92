import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { isLoopbackHost } from './access.ts'
import * as schemas from './schemas.ts'
import { createServer, listen, type ServerOptions } from './server.ts'
import { createTestEngine, testApplicationView } from './testing.ts'

const token = 'correct-horse'
const authorization = `Bearer ${token}`
const fleet = [
  testApplicationView('web', { project: 'shop' }),
  testApplicationView('api', { project: 'shop', health: { status: 'Degraded', since: '2026-01-01T00:00:00.000Z' } }),
  testApplicationView('team/db', { sync: { status: 'OutOfSync', since: '2026-01-01T00:00:00.000Z' } }),
]

function setUp(overrides: Partial<ServerOptions> = {}) {
  const engine = createTestEngine(fleet)
  const metrics = createMetrics({ processMetrics: false })
  const app = createServer({
    engine,
    token,
    metrics,
    logger: silentLogger,
    version: '1.2.3',
    clock: systemClock,
    ...overrides,
  })
  async function call(
    method: 'GET' | 'POST',
    url: string,
    payload?: object,
    headers: Record<string, string> = { authorization },
  ) {
    const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    const isJson = String(response.headers['content-type']).includes('json')
    return { status: response.statusCode, headers: response.headers, body: isJson ? response.json() : response.body }
  }
  return { app, engine, call }
}

test.each([
  { reason: 'no token', headers: {} },
  { reason: 'a wrong token', headers: { authorization: 'Bearer correct-horsf' } },
  { reason: 'a part of the token', headers: { authorization: 'Bearer correct' } },
  { reason: 'another scheme', headers: { authorization: `Basic ${token}` } },
])('the API is closed for a request with $reason', async ({ headers }) => {
  const { call } = setUp()
  for (const url of ['/api/v1/applications', '/api/v1/events/stream', '/api/v1/nothing']) {
    const answer = await call('GET', url, undefined, headers as Record<string, string>)
    expect(answer.status, url).toBe(401)
    expect(answer.body.reason).toBe('Unauthenticated')
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
})

test('probes, metrics and the document are open; metrics can be closed', async () => {
  const { call, engine } = setUp()
  for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json']) {
    expect((await call('GET', url, undefined, {})).status, url).toBe(200)
  }
  engine.unready = ['store is not open']
  expect(await call('GET', '/readyz', undefined, {})).toMatchObject({ status: 503, body: 'store is not open\n' })
  const closed = setUp({ openMetrics: false })
  expect((await closed.call('GET', '/metrics', undefined, {})).status).toBe(401)
  expect((await closed.call('GET', '/metrics')).status).toBe(200)
})

test('a page on another host name cannot reach the server through the browser', async () => {
  const { call } = setUp()
  expect((await call('GET', '/healthz', undefined, { host: 'attacker.example.com' })).status).toBe(400)
  const open = setUp({ loopbackOnly: false })
  expect((await open.call('GET', '/healthz', undefined, { host: 'halcyon.example.com' })).status).toBe(200)
})

test.each([
  { host: 'localhost:8420', want: true },
  { host: '127.0.0.1', want: true },
  { host: '[::1]:8420', want: true },
  { host: '127.0.0.1.example.com', want: false },
  { host: 'localhost.example.com:80', want: false },
  { host: undefined, want: false },
])('isLoopbackHost($host) is $want', ({ host, want }) => {
  expect(isLoopbackHost(host)).toBe(want)
})

test('applications are filtered and paged', async () => {
  const { call } = setUp()
  const names = async (query: string) => {
    const { body } = await call('GET', `/api/v1/applications${query}`)
    return body.items.map((application: { name: string }) => application.name)
  }
  expect(await names('')).toEqual(['api', 'team/db', 'web'])
  expect(await names('?project=shop')).toEqual(['api', 'web'])
  expect(await names('?health=Degraded')).toEqual(['api'])
  expect(await names('?sync=OutOfSync')).toEqual(['team/db'])
  expect(await names('?q=WE')).toEqual(['web'])
  const first = (await call('GET', '/api/v1/applications?limit=2')).body
  expect(first.items).toHaveLength(2)
  expect(await names(`?limit=2&cursor=${first.cursor}`)).toEqual(['web'])
})

test('every read answers in the shape the document promises', async () => {
  const { call, engine } = setUp()
  engine.append('one')
  const name = encodeURIComponent('team/db')
  schemas.ApplicationDetail.parse((await call('GET', `/api/v1/applications/${name}`)).body)
  schemas.Plan.parse((await call('GET', '/api/v1/applications/web/plan')).body)
  schemas.Why.parse((await call('GET', '/api/v1/applications/web/why')).body)
  schemas.Event.parse((await call('GET', '/api/v1/events')).body.items[0])
  expect((await call('GET', '/api/v1/applications/web/history')).body).toEqual({ items: [] })
  expect((await call('GET', '/api/v1/decisions')).body).toEqual({ items: [] })
  const status = schemas.Status.parse((await call('GET', '/api/v1/status')).body)
  expect(status).toMatchObject({
    version: '1.2.3',
    applications: 3,
    sync: { Synced: 2, OutOfSync: 1 },
    health: { Healthy: 2 },
  })
  const manifests = await call('GET', '/api/v1/applications/web/manifests?revision=v1&reveal=true')
  expect(manifests.headers['content-type']).toContain('application/yaml')
  expect(manifests.body).toBe('kind: ConfigMap\n')
  expect(engine.calls).toContain('manifests web {"reveal":true,"revision":"v1"}')
})

test('actions reach the engine with what was asked for and no more', async () => {
  const { call, engine } = setUp()
  const started = await call('POST', '/api/v1/applications/web/sync', { prune: false, dryRun: true })
  expect(started.status).toBe(202)
  schemas.Operation.parse(started.body)
  expect((await call('POST', '/api/v1/applications/web/sync')).status).toBe(202)
  expect((await call('POST', '/api/v1/applications/web/refresh', { hard: true })).status).toBe(202)
  expect((await call('POST', '/api/v1/refresh')).status).toBe(202)
  expect((await call('POST', '/api/v1/applications/web/terminate', {})).status).toBe(202)
  expect(engine.calls).toEqual([
    'sync web {"initiatedBy":"api","prune":false,"dryRun":true}',
    'sync web {"initiatedBy":"api"}',
    'refresh web {"hard":true}',
    'refresh * {"hard":false}',
    'terminate web {}',
  ])
})

test('the events query reaches the log', async () => {
  const { call, engine } = setUp()
  await call('GET', '/api/v1/events?after=3&application=web&type=SyncFailed,SyncStarted&limit=5&newestFirst=true')
  expect(engine.calls).toEqual([
    'events  {"limit":5,"newestFirst":true,"after":3,"application":"web","types":["SyncFailed","SyncStarted"]}',
  ])
})

test.each([
  {
    reason: 'an application that is not there',
    method: 'GET',
    url: '/api/v1/applications/none',
    want: [404, 'NotFound'],
  },
  { reason: 'a route that is not there', method: 'GET', url: '/api/v1/nothing', want: [404, 'NotFound'] },
  {
    reason: 'a limit that is no number',
    method: 'GET',
    url: '/api/v1/applications?limit=many',
    want: [400, 'UsageInvalid'],
  },
  {
    reason: 'a status that does not exist',
    method: 'GET',
    url: '/api/v1/applications?health=Fine',
    want: [400, 'UsageInvalid'],
  },
  {
    reason: 'a field that is not known',
    method: 'POST',
    url: '/api/v1/applications/web/sync',
    payload: { purge: true },
    want: [400, 'UsageInvalid'],
  },
] as const)('$reason is a problem with a reason', async ({ method, url, want, ...rest }) => {
  const { call } = setUp()
  const { status, body } = await call(method, url, 'payload' in rest ? rest.payload : undefined)
  expect([status, body.reason]).toEqual(want)
  const problem = schemas.Problem.parse(body)
  expect(problem.status).toBe(status)
  expect(problem.detail).toMatch(/^Cannot /)
})

test('a defect gives nothing away', async () => {
  const { app, call, engine } = setUp()
  engine.why = async () => {
    throw new Error('password is hunter2')
  }
  const { status, body } = await call('GET', '/api/v1/applications/web/why')
  expect([status, body.reason]).toEqual([500, 'Internal'])
  expect(JSON.stringify(body)).not.toContain('hunter2')
  await app.close()
})

test('bodies that are too large or no JSON are refused as the caller’s fault', async () => {
  const { app } = setUp()
  const url = '/api/v1/applications/web/sync'
  const headers = { authorization, 'content-type': 'application/json' }
  const large = await app.inject({ method: 'POST', url, headers, payload: `"${'x'.repeat(2_000_000)}"` })
  expect([large.statusCode, large.json().reason]).toEqual([413, 'UsageInvalid'])
  const broken = await app.inject({ method: 'POST', url, headers, payload: '{' })
  expect([broken.statusCode, broken.json().reason]).toEqual([400, 'UsageInvalid'])
})

test('a webhook wakes the repositories it names, without a token', async () => {
  const { app, call, engine } = setUp()
  const payload = { repository: { clone_url: 'https://git.example.com/fleet.git' } }
  expect(await call('POST', '/api/v1/webhook', payload, {})).toMatchObject({ status: 202, body: { repositories: 1 } })
  expect(engine.calls).toEqual(['webhook  ["https://git.example.com/fleet.git"]'])
  expect((await call('POST', '/api/v1/webhook', { zen: 'ping' }, {})).body).toEqual({ repositories: 0 })
  const form = await app.inject({
    method: 'POST',
    url: '/api/v1/webhook',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  })
  expect(form.json()).toEqual({ repositories: 1 })
  const broken = await app.inject({
    method: 'POST',
    url: '/api/v1/webhook',
    payload: 'x',
    headers: { 'content-type': 'text/plain' },
  })
  expect(broken.statusCode).toBe(400)
})

test('with a secret a webhook must be signed, unless it carries the token', async () => {
  const { call, engine } = setUp({ webhookSecret: 's3cret' })
  const payload = { repository: 'https://git.example.com/fleet.git' }
  const signature = createHmac('sha256', 's3cret').update(JSON.stringify(payload)).digest('hex')
  const sent = async (headers: Record<string, string>) =>
    (await call('POST', '/api/v1/webhook', payload, headers)).status
  expect(await sent({})).toBe(401)
  expect(engine.calls).toEqual([])
  expect(await sent({ 'x-hub-signature-256': `sha256=${signature}` })).toBe(202)
  expect(await sent({ authorization })).toBe(202)
})

test('a port that is taken is said in one line', async () => {
  const [first, second] = [setUp().app, setUp().app]
  const url = await listen(first, { port: 0 })
  const port = Number(new URL(url).port)
  await expect(listen(second, { port })).rejects.toMatchObject({
    reason: 'ConfigInvalid',
    message: `Cannot listen on 127.0.0.1:${port}: another process uses the port`,
  })
  await first.close()
})
