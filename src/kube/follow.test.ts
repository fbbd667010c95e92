/** LIST and WATCH against a real server on loopback, told as what the server does and what the handler hears. */
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { ApiResource } from './client.ts'
import { type FollowOptions, follow } from './follow.ts'
import { createKubeClient } from './http-client.ts'
import type { KubeObject } from './object.ts'
import { createEagerClock } from './testing/clock.ts'
import { type Received, sendJson, sendStatus, startTestServer } from './testing/server.ts'

const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  namespaced: true,
  verbs: [],
  shortNames: [],
  subresources: [],
}

type Step = (response: ServerResponse, request: Received) => void

function item(name: string, resourceVersion: string) {
  return { metadata: { name, namespace: 'shop', resourceVersion } }
}

function list(resourceVersion: string, ...items: ReturnType<typeof item>[]): Step {
  return (response) => sendJson(response, 200, { kind: 'ConfigMapList', metadata: { resourceVersion }, items })
}

function page(resourceVersion: string, next: string, ...items: ReturnType<typeof item>[]): Step {
  return (response) => sendJson(response, 200, { metadata: { resourceVersion, continue: next }, items })
}

function refuse(code: number, reason: string): Step {
  return (response) => sendStatus(response, code, reason, reason)
}

type Ending = 'ends' | 'breaks' | 'stays open'

function watch(ending: Ending, ...events: [type: string, name: string, resourceVersion: string][]): Step {
  return (response) => {
    response.writeHead(200)
    response.flushHeaders()
    const lines = events.map(([type, name, version]) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', ...item(name, version) }
      return `${JSON.stringify({ type, object })}\n`
    })
    if (lines.length > 0) response.write(lines.join(''))
    if (ending === 'ends') response.end()
    // The events must have left before the connection breaks.
    else if (ending === 'breaks') setImmediate(() => setImmediate(() => response.destroy()))
  }
}

/** Runs `follow` through the steps; the last one must be a watch that stays open, whose connection ends the story. */
async function story(steps: Step[], options: Partial<FollowOptions> = {}, limits: { maxResponseBytes?: number } = {}) {
  const heard: string[] = []
  const stop = new AbortController()
  await using server = await startTestServer((request, response, number) => {
    const step = steps[number - 1]
    if (step === undefined) throw new Error(`unexpected request ${number}: ${request.url}`)
    step(response, request)
  })
  const clock = createEagerClock()
  const settings = { clock, random: () => 0.5 }
  await using client = createKubeClient(server.connection(), { ...settings, ...limits, retry: { tries: 1 } })
  const outcome = follow(
    client,
    configMaps,
    { ...settings, ...options },
    {
      onObject: (object: KubeObject) => heard.push(`+${object.metadata.name}@${object.metadata.resourceVersion}`),
      onDeleted: (object: KubeObject) => heard.push(`-${object.metadata.name}`),
      onSynced: (seen, version) => heard.push(`synced ${[...seen].map((key) => key.split('/')[3])} @${version}`),
      onState: (state) => heard.push(state),
    },
    stop.signal,
  ).then(
    () => 'stopped',
    (error: unknown) => error,
  )
  const failed = outcome.then((value) => value !== 'stopped')
  const settled = { done: false }
  void failed.then(() => (settled.done = true))
  await expect.poll(() => settled.done || server.received.length === steps.length, { timeout: 5_000 }).toBe(true)
  // The handler hears what the last request brings before the story is closed.
  let before = -1
  await expect
    .poll(() => {
      const same = before === heard.length
      before = heard.length
      return same
    })
    .toBe(true)
  stop.abort(new Error('the story is over'))
  const watches = server.received.map((request) => new URL(request.url, 'http://x').searchParams)
  return {
    heard,
    outcome: await outcome,
    slept: clock.slept,
    requests: watches.map((query) =>
      query.has('watch') ? `watch ${query.get('resourceVersion')}` : `list ${query.get('limit') ?? 'all'}`,
    ),
  }
}

test('lists in pages, syncs once, then watches from the version of the list', async () => {
  const { heard, requests, outcome } = await story([
    page('5', 'next', item('a', '1')),
    list('5', item('b', '2')),
    watch('stays open', ['MODIFIED', 'a', '6'], ['ADDED', 'c', '7'], ['DELETED', 'b', '8']),
  ])
  expect(heard).toEqual(['listing', '+a@1', '+b@2', 'synced a,b @5', 'watching', '+a@6', '+c@7', '-b'])
  expect(requests).toEqual(['list 500', 'list 500', 'watch 5'])
  expect(outcome).toBe('stopped')
})

test('a watch that ends in peace resumes at once from the last version, a bookmark included', async () => {
  const { heard, requests, slept } = await story([
    list('5'),
    watch('ends', ['ADDED', 'a', '6']),
    watch('ends', ['BOOKMARK', '', '90']),
    watch('stays open'),
  ])
  expect(requests).toEqual(['list 500', 'watch 5', 'watch 6', 'watch 90'])
  expect(heard).toEqual(['listing', 'synced  @5', 'watching', '+a@6'])
  expect(slept).toEqual([])
})

test('a watch that breaks resumes after a delay, and says so', async () => {
  const { heard, requests, slept } = await story([list('5'), watch('breaks', ['ADDED', 'a', '6']), watch('stays open')])
  expect(requests).toEqual(['list 500', 'watch 5', 'watch 6'])
  expect(heard).toEqual(['listing', 'synced  @5', 'watching', '+a@6', 'disconnected', 'watching'])
  expect(slept).toEqual([375])
})

test('delays grow while the server is down, and a success resets them', async () => {
  const { slept, heard } = await story([
    list('5'),
    refuse(503, 'ServiceUnavailable'),
    refuse(503, 'ServiceUnavailable'),
    refuse(503, 'ServiceUnavailable'),
    watch('ends', ['ADDED', 'a', '6']),
    refuse(503, 'ServiceUnavailable'),
    watch('stays open'),
  ])
  expect(slept).toEqual([375, 750, 1_500, 375])
  expect(heard.filter((line) => line === 'watching')).toHaveLength(3)
})

test('410 leads to a new list at once, and what vanished meanwhile is not in it', async () => {
  const { heard, requests, slept } = await story([
    list('5', item('a', '1'), item('b', '2')),
    refuse(410, 'Expired'),
    list('50', item('b', '2')),
    watch('stays open'),
  ])
  expect(requests).toEqual(['list 500', 'watch 5', 'list 500', 'watch 50'])
  expect(heard).toEqual([
    'listing',
    '+a@1',
    '+b@2',
    'synced a,b @5',
    'watching',
    'listing',
    '+b@2',
    'synced b @50',
    'watching',
  ])
  expect(slept).toEqual([])
})

test('410 again and again is not a tight loop', async () => {
  const { slept } = await story([
    list('5'),
    refuse(410, 'Expired'),
    list('6'),
    refuse(410, 'Expired'),
    list('7'),
    refuse(410, 'Expired'),
    list('8'),
    watch('stays open'),
  ])
  expect(slept.length).toBeGreaterThanOrEqual(2)
})

test('a server that closes every watch at once is asked less and less often', async () => {
  const { slept, requests } = await story([list('5'), watch('ends'), watch('ends'), watch('ends'), watch('stays open')])
  expect(requests).toEqual(['list 500', 'watch 5', 'watch 5', 'watch 5', 'watch 5'])
  expect(slept).toEqual([375, 750, 1_500])
})

test('a page token that expires leads to one list of everything', async () => {
  const { requests, heard } = await story([
    page('5', 'next', item('a', '1')),
    refuse(410, 'Expired'),
    list('9', item('a', '1'), item('b', '2')),
    watch('stays open'),
  ])
  expect(requests).toEqual(['list 500', 'list 500', 'list all', 'watch 9'])
  expect(heard).toContain('synced a,b @9')
})

test('a list that fails later is tried again, and nothing is reported as gone meanwhile', async () => {
  const { heard } = await story([
    list('5', item('a', '1')),
    refuse(410, 'Expired'),
    refuse(500, 'InternalError'),
    list('9', item('a', '1')),
    watch('stays open'),
  ])
  expect(heard).toEqual([
    'listing',
    '+a@1',
    'synced a @5',
    'watching',
    'listing',
    'disconnected',
    'listing',
    '+a@1',
    'synced a @9',
    'watching',
  ])
})

test('a server that refuses the version for long gets a list instead', async () => {
  const refusals = Array.from({ length: 5 }, () => refuse(504, 'Timeout'))
  const { requests } = await story([list('5'), ...refusals, list('3'), watch('stays open')])
  expect(requests.slice(-2)).toEqual(['list 500', 'watch 3'])
})

test('a bookmark behind our version means that the server went back in time: list again', async () => {
  const { requests, heard } = await story([
    list('500', item('a', '499')),
    watch('stays open', ['BOOKMARK', '', '20']),
    list('20'),
    watch('stays open'),
  ])
  expect(requests).toEqual(['list 500', 'watch 500', 'list 500', 'watch 20'])
  expect(heard).toEqual(['listing', '+a@499', 'synced a @500', 'watching', 'listing', 'synced  @20', 'watching'])
})

test('pages that are too large are halved until they fit', async () => {
  const big: Step = (response) => sendJson(response, 200, { text: 'x'.repeat(2_000) })
  const { requests } = await story(
    [big, big, list('5', item('a', '1')), watch('stays open')],
    {},
    { maxResponseBytes: 1_000 },
  )
  expect(requests).toEqual(['list 500', 'list 250', 'list 125', 'watch 5'])
})

test('a list without a version is watched from now on, not listed again', async () => {
  const { requests } = await story([list(''), watch('stays open', ['ADDED', 'a', '6'])])
  expect(requests).toEqual(['list 500', 'watch null'])
})

test('the first list decides: its error is thrown, unless the caller wants patience', async () => {
  const strict = await story([refuse(403, 'Forbidden')])
  expect(strict.outcome).toMatchObject({ code: 403 })
  const patient = await story([refuse(403, 'Forbidden'), list('5'), watch('stays open')], { firstFailure: 'retry' })
  expect(patient.heard).toEqual(['listing', 'disconnected', 'listing', 'synced  @5', 'watching'])
  expect(patient.outcome).toBe('stopped')
})

test('transform cuts objects down before the handler sees them', async () => {
  const { heard } = await story([list('5', item('a', '1')), watch('stays open', ['DELETED', 'a', '6'])], {
    transform: (object) => ({ ...object, metadata: { name: 'cut' } }),
  })
  expect(heard).toEqual(['listing', '+cut@undefined', 'synced a @5', 'watching', '-cut'])
})

test('an error of the handler ends it', async () => {
  await using server = await startTestServer((_request, response) => list('5', item('a', '1'))(response, _request))
  const settings = { clock: createEagerClock(), random: () => 0.5 }
  await using client = createKubeClient(server.connection(), settings)
  const bug = new TypeError('a bug')
  const handler = {
    onObject: () => {
      throw bug
    },
    onSynced: () => {},
    onDeleted: () => {},
  }
  await expect(follow(client, configMaps, settings, handler, new AbortController().signal)).rejects.toBe(bug)
})
