import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, configMap, startApi } from '../testing/api.ts'

const PATH = '/api/v1/namespaces/default/configmaps'
const SELECTED = `${PATH}?labelSelector=app%3Da`

let api: Api
beforeEach(async () => {
  api = await startApi({ historySize: 50 })
})
afterEach(() => api[Symbol.asyncDispose]())

async function create(...names: string[]): Promise<void> {
  for (const name of names) {
    const made = await api.call('POST', PATH, { body: configMap(name, {}, { labels: { app: name } }) })
    expect(made.code).toBe(201)
  }
}

/** So many changes that the history forgets what was before. */
async function churn(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    await api.call('POST', PATH, { body: configMap('churn') })
    await api.call('DELETE', `${PATH}/churn`)
  }
}

const namesOf = (body: { items: { metadata: { name: string } }[] }) => body.items.map((item) => item.metadata.name)

test('get: the object, or 404 that names it', async () => {
  await create('a')
  expect((await api.call('GET', `${PATH}/a`)).body).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' } })
  expect(await api.call('GET', `${PATH}/b`)).toMatchObject({
    code: 404,
    body: {
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      message: 'configmaps "b" not found',
      details: { name: 'b', kind: 'configmaps' },
      code: 404,
    },
  })
})

test('list in pages: every page shows the moment of the first', async () => {
  await create('a', 'b', 'c', 'd')
  const first = (await api.call('GET', `${PATH}?limit=2`)).body
  expect(namesOf(first)).toEqual(['a', 'b'])
  expect(first.metadata.remainingItemCount).toBe(2)

  await api.call('DELETE', `${PATH}/c`)
  await create('bb', 'e')
  const second = (await api.call('GET', `${PATH}?limit=2&continue=${first.metadata.continue}`)).body
  expect(namesOf(second)).toEqual(['c', 'd'])
  expect(second.metadata.continue).toBeUndefined()
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
})

test('a page too late is 410 with a token that leads to the rest as it is now', async () => {
  await create('a', 'b', 'c')
  const first = (await api.call('GET', `${PATH}?limit=1`)).body
  await churn()
  const late = await api.call('GET', `${PATH}?limit=5&continue=${first.metadata.continue}`)
  expect(late).toMatchObject({ code: 410, body: { reason: 'Expired' } })
  const rest = (await api.call('GET', `${PATH}?limit=5&continue=${late.body.metadata.continue}`)).body
  expect(namesOf(rest)).toEqual(['b', 'c'])
})

test('resourceVersionMatch=Exact shows the past; what is forgotten is 410', async () => {
  await create('a')
  const then = (await api.call('GET', PATH)).body.metadata.resourceVersion
  await create('b')
  await api.call('DELETE', `${PATH}/a`)
  const exact = `${PATH}?resourceVersion=${then}&resourceVersionMatch=Exact`
  expect(namesOf((await api.call('GET', exact)).body)).toEqual(['a'])
  expect(
    namesOf((await api.call('GET', `${PATH}?resourceVersion=${then}&resourceVersionMatch=NotOlderThan`)).body),
  ).toEqual(['b'])
  await churn()
  expect(await api.call('GET', exact)).toMatchObject({
    code: 410,
    body: { reason: 'Expired', message: 'The resourceVersion for the provided list is too old.' },
  })
})

test('all namespaces: in the order of their keys', async () => {
  for (const namespace of ['a', 'a-b']) {
    await api.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    })
    await api.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: configMap(`in-${namespace}`) })
  }
  expect(namesOf((await api.call('GET', '/api/v1/configmaps')).body)).toEqual(['in-a-b', 'in-a'])
  const first = (await api.call('GET', '/api/v1/configmaps?limit=1')).body
  expect(
    namesOf((await api.call('GET', `/api/v1/configmaps?limit=1&continue=${first.metadata.continue}`)).body),
  ).toEqual(['in-a'])
})

test.each([
  ['labelSelector=app%3Da', ['a']],
  ['labelSelector=app%21%3Da', ['b', 'c']],
  ['labelSelector=app+in+(a,c)', ['a', 'c']],
  ['labelSelector=app+notin+(a),app', ['b', 'c']],
  ['labelSelector=%21app', []],
  ['fieldSelector=metadata.name%3Db', ['b']],
  ['fieldSelector=metadata.name%21%3Db,metadata.namespace%3Ddefault', ['a', 'c']],
])('selector %s', async (query, names) => {
  await create('a', 'b', 'c')
  expect(namesOf((await api.call('GET', `${PATH}?${query}`)).body)).toEqual(names)
})

test.each([
  ['labelSelector=a+b', 400, 'BadRequest', 'unable to parse requirement'],
  ['labelSelector=app+in+a', 400, 'BadRequest', 'unable to parse requirement'],
  ['labelSelector=-x%3Dy', 400, 'BadRequest', 'unable to parse requirement'],
  [
    'fieldSelector=data.x%3Dy',
    400,
    'BadRequest',
    '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  ['fieldSelector=nothing', 400, 'BadRequest', "invalid selector: 'nothing'; can't understand 'nothing'"],
  ['limit=many', 400, 'BadRequest', 'strconv.ParseInt: parsing "many": invalid syntax'],
  ['continue=zzz', 400, 'BadRequest', 'invalid continue token: continue key is not valid'],
  ['resourceVersion=abc', 400, 'BadRequest', 'invalid resource version: resourceVersion: Invalid value: "abc"'],
  ['resourceVersion=9999999', 504, 'Timeout', 'Timeout: Too large resource version: 9999999, current: '],
  [
    'resourceVersionMatch=Exact',
    422,
    'Invalid',
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
  ['resourceVersion=0&resourceVersionMatch=Exact', 422, 'Invalid', 'is forbidden for resourceVersion "0"'],
  [
    'resourceVersion=1&resourceVersionMatch=Nearly',
    422,
    'Invalid',
    'resourceVersionMatch: Unsupported value: "Nearly": supported values: "Exact", "NotOlderThan", ""',
  ],
  ['sendInitialEvents=true', 422, 'Invalid', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
  [
    'watch=1&resourceVersionMatch=Exact',
    422,
    'Invalid',
    'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  ],
])('list refuses %s', async (query, code, reason, message) => {
  const reply = await api.call('GET', `${PATH}?${query}`)
  expect(reply).toMatchObject({ code, body: { kind: 'Status', status: 'Failure', reason, code } })
  expect(reply.body.message).toContain(message)
})

test('watch from a version: what happened since, in order, once', async () => {
  await create('a')
  const version = (await api.call('GET', PATH)).body.metadata.resourceVersion
  await create('b')
  await api.call('PATCH', `${PATH}/b`, { body: { data: { k: 'v' } }, type: 'application/merge-patch+json' })
  using watch = await api.watch(`${PATH}?watch=1&resourceVersion=${version}`)
  expect((await watch.next()).label).toBe('ADDED b')
  expect((await watch.next()).label).toBe('MODIFIED b')
  await api.call('DELETE', `${PATH}/b`)
  const deleted = await watch.next()
  expect(deleted.label).toBe('DELETED b')
  expect(deleted.event.object).toMatchObject({ data: { k: 'v' } })
})

test('watch with a selector: leaving it is a delete, coming into it an add', async () => {
  await create('b')
  using watch = await api.watch(`${SELECTED}&watch=1`)
  const relabel = (app: string) =>
    api.call('PATCH', `${PATH}/b`, { body: { metadata: { labels: { app } } }, type: 'application/merge-patch+json' })
  await relabel('a')
  expect((await watch.next()).label).toBe('ADDED b')
  await relabel('c')
  expect((await watch.next()).label).toBe('DELETED b')
})

test('sendInitialEvents: everything, then the bookmark that says so', async () => {
  await create('a', 'b')
  using watch = await api.watch(
    `${PATH}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  )
  expect((await watch.next()).label).toBe('ADDED a')
  expect((await watch.next()).label).toBe('ADDED b')
  expect((await watch.next()).event).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  })
})

test('bookmarks come on the clock, to those who asked', async () => {
  using watch = await api.watch(`${PATH}?watch=1&allowWatchBookmarks=true`)
  await api.clock.advance(60_000)
  expect((await watch.next()).event.type).toBe('BOOKMARK')
})

test('a version that is forgotten ends the watch with 410 in the stream', async () => {
  await churn()
  using watch = await api.watch(`${PATH}?watch=1&resourceVersion=3`)
  expect((await watch.next()).event).toMatchObject({
    type: 'ERROR',
    object: {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: expect.stringMatching(/^too old resource version: 3 \(\d+\)$/),
    },
  })
  await watch.ended
})

test('timeoutSeconds ends the watch', async () => {
  using watch = await api.watch(`${PATH}?watch=1&timeoutSeconds=5`)
  await api.clock.advance(5_000)
  await watch.ended
})

test('a watch from a version still to come tells what comes behind it', async () => {
  const version = Number((await api.call('GET', PATH)).body.metadata.resourceVersion)
  using watch = await api.watch(`${PATH}?watch=1&resourceVersion=${version + 1}`)
  await create('a', 'b')
  expect((await watch.next()).label).toBe('ADDED b')
})

test('a client that vanishes leaves nothing behind', async () => {
  const watches = await Promise.all(Array.from({ length: 20 }, () => api.watch(`${PATH}?watch=1`)))
  expect(api.sandbox.openWatches).toBe(20)
  for (const watch of watches) watch[Symbol.dispose]()
  await Promise.all(watches.map((watch) => watch.ended))
  await create('a')
  expect((await api.call('GET', `${PATH}/a`)).code).toBe(200)
  await expect.poll(() => api.sandbox.openWatches).toBe(0)
})

test.each([
  ['application/json', 'application/json'],
  ['application/yaml', 'application/yaml'],
  ['application/vnd.kubernetes.protobuf, application/json', 'application/json'],
  ['application/yaml;q=0.5, application/json', 'application/json'],
  ['*/*', 'application/json'],
])('accept %s is answered with %s', async (accept, type) => {
  const reply = await api.call('GET', '/api/v1/namespaces/default', { headers: { accept } })
  expect(reply.headers['content-type']).toBe(type)
  expect(reply.text).toContain(type === 'application/yaml' ? 'kind: Namespace' : '"kind":"Namespace"')
})

test('accept of nothing the server makes is 406', async () => {
  expect(await api.call('GET', PATH, { headers: { accept: 'text/html' } })).toMatchObject({
    code: 406,
    body: {
      reason: 'NotAcceptable',
      message: expect.stringMatching(/^406: Not Acceptable\n\nAvailable representations: application\/json, /),
    },
  })
})

test('pretty: when asked, and for the programs people read with', async () => {
  expect((await api.call('GET', '/version?pretty=true')).text).toContain('\n')
  expect((await api.call('GET', '/api/v1/namespaces/default?pretty=true')).text).toContain('\n  "kind"')
  expect((await api.call('GET', '/api/v1/namespaces/default', { headers: { 'user-agent': 'curl/8' } })).text).toContain(
    '\n',
  )
  expect(
    (await api.call('GET', '/api/v1/namespaces/default?pretty=false', { headers: { 'user-agent': 'curl/8' } })).text,
  ).not.toContain('\n')
})

test('a table on demand, metadata on demand', async () => {
  await create('a')
  const table = await api.call('GET', PATH, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
  })
  expect(table.body).toMatchObject({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
    rows: [{ cells: ['a', 0, '0s'], object: { kind: 'PartialObjectMetadata' } }],
  })
  const partial = await api.call('GET', PATH, {
    headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
  })
  expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata' }] })
  expect(partial.body.items[0].data).toBeUndefined()
})
