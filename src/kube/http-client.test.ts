/** The client against a real server on loopback. */
import { expect, test } from 'vitest'
import type { ApiResource } from './client.ts'
import { ApiError, ConnectionError } from './errors.ts'
import { createKubeClient, type KubeClientOptions, type RequestInfo } from './http-client.ts'
import type { KubeObject } from './object.ts'
import { createTestCertificate } from './testing/certificate.ts'
import { createEagerClock } from './testing/clock.ts'
import { type Respond, sendJson, sendStatus, startTestServer } from './testing/server.ts'

const configMaps = resourceOf('', 'v1', 'ConfigMap', 'configmaps')
const secrets = resourceOf('', 'v1', 'Secret', 'secrets')

function resourceOf(group: string, version: string, kind: string, plural: string): ApiResource {
  return { group, version, kind, plural, singular: '', namespaced: true, verbs: [], shortNames: [], subresources: [] }
}

const web: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'web', namespace: 'shop' },
  data: { a: '1' },
}

async function start(respond: Respond, options: Partial<KubeClientOptions> = {}) {
  const server = await startTestServer(respond)
  const clock = createEagerClock()
  const client = createKubeClient(server.connection({ type: 'token', token: 's3cret' }), {
    clock,
    random: () => 0.5,
    ...options,
  })
  return {
    server,
    clock,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('expected a failure')
  return error
}

test('apply sends JSON as an apply patch, reports warnings and whether the object is new', async () => {
  await using context = await start((_request, response) => {
    sendJson(response, 201, { ...web, count: 1 }, { warning: '299 - "deprecated, use v2", 299 - "quoted \\"name\\""' })
  })
  const result = await context.client.apply(configMaps, web, {
    fieldManager: 'halcyon',
    force: true,
    dryRun: true,
    fieldValidation: 'Strict',
  })
  expect(result.created).toBe(true)
  expect(result.warnings).toEqual(['deprecated, use v2', 'quoted "name"'])
  const [request] = context.server.received
  expect(request?.method).toBe('PATCH')
  expect(request?.url).toBe(
    '/api/v1/namespaces/shop/configmaps/web?fieldManager=halcyon&force=true&dryRun=All&fieldValidation=Strict',
  )
  expect(request?.headers['content-type']).toBe('application/apply-patch+yaml')
  expect(request?.headers['authorization']).toBe('Bearer s3cret')
  expect(JSON.parse(request?.body ?? '')).toEqual(web)
})

test('the version of the object decides the endpoint, not the version of the resource', async () => {
  await using context = await start((_request, response) => sendJson(response, 200, {}))
  const resource = resourceOf('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers')
  const object = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a', namespace: 'b' },
  }
  await context.client.apply(resource, object, { fieldManager: 'f' })
  expect(context.server.received[0]?.url).toMatch(
    /^\/apis\/autoscaling\/v1\/namespaces\/b\/horizontalpodautoscalers\/a\?/,
  )
})

test('integers beyond 2^53 travel exactly in both directions', async () => {
  await using context = await start((request, response) => {
    response.writeHead(200)
    response.end(request.body)
  })
  const object = { ...web, big: 9223372036854775807n, small: 12 }
  const result = await context.client.apply(configMaps, object, { fieldManager: 'f' })
  expect(context.server.received[0]?.body).toContain('"big":9223372036854775807')
  expect(result.object).toEqual(object)
})

test('mutating requests and dry runs are counted apart, every try counts', async () => {
  await using context = await start((_request, response, number) => {
    if (number === 1) sendStatus(response, 500, 'InternalError', 'once')
    else sendJson(response, 200, web)
  })
  await context.client.apply(configMaps, web, { fieldManager: 'f' })
  await context.client.apply(configMaps, web, { fieldManager: 'f', dryRun: true })
  await context.client.delete(configMaps, { namespace: 'shop', name: 'web' }, { dryRun: true })
  await context.client.get(configMaps, 'shop', 'web')
  expect(context.client.counters).toEqual({ mutating: 2, other: 3 })
})

test('429 waits as long as Retry-After says', async () => {
  const seen: RequestInfo[] = []
  await using context = await start(
    (_request, response, number) => {
      if (number < 3) sendStatus(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '2' })
      else sendJson(response, 200, web)
    },
    { onRequest: (info) => seen.push(info) },
  )
  await context.client.get(configMaps, 'shop', 'web')
  expect(context.clock.slept).toEqual([2_050, 2_050])
  expect(seen.map(({ verb, resource, code }) => ({ verb, resource, code }))).toEqual([
    { verb: 'get', resource: 'configmaps', code: 429 },
    { verb: 'get', resource: 'configmaps', code: 429 },
    { verb: 'get', resource: 'configmaps', code: 200 },
  ])
})

test('a Retry-After beyond the budget is handed to the caller at once', async () => {
  await using context = await start((_request, response) =>
    sendStatus(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '60' }),
  )
  const error = await failureOf(context.client.get(configMaps, 'shop', 'web'))
  expect(error).toMatchObject({ code: 429, retryAfterMs: 60_000 })
  expect(context.server.received).toHaveLength(1)
})

test('a server that keeps failing is tried five times with growing delays', async () => {
  await using context = await start((_request, response) => {
    response.writeHead(503, { 'content-type': 'text/html' })
    response.end('<html><h1>No  backend</h1></html>')
  })
  const error = await failureOf(context.client.get(configMaps, 'shop', 'web'))
  expect(context.server.received).toHaveLength(5)
  expect(context.clock.slept).toEqual([150, 300, 600, 1_200])
  expect(error.message).toBe(`the API server ${context.server.url} answered 503 ServiceUnavailable: No backend`)
})

const afterReset = [
  { call: 'apply', tries: 2, reason: 'a second apply gives the same object' },
  { call: 'delete', tries: 2, reason: 'a second delete deletes nothing more' },
  { call: 'create', tries: 1, reason: 'the first one may have been processed' },
  { call: 'replace', tries: 1, reason: 'the second one would conflict with the first' },
] as const

for (const { call, tries, reason } of afterReset) {
  test(`after a reset, ${call} is sent ${tries} times: ${reason}`, async () => {
    await using context = await start((_request, response, number) => {
      if (number === 1) response.destroy()
      else sendJson(response, 200, web)
    })
    const { client } = context
    const calls = {
      apply: () => client.apply(configMaps, web, { fieldManager: 'f' }),
      delete: () => client.delete(configMaps, { namespace: 'shop', name: 'web' }),
      create: () => client.create(configMaps, web),
      replace: () => client.replace(configMaps, web),
    }
    const outcome = await calls[call]().catch((error: unknown) => error)
    expect(context.server.received).toHaveLength(tries)
    expect(outcome instanceof ConnectionError).toBe(tries === 1)
  })
}

test('a create that never left is tried again', async () => {
  const server = await startTestServer((_request, response) => sendJson(response, 200, web))
  const connection = server.connection()
  await server[Symbol.asyncDispose]()
  const clock = createEagerClock()
  await using client = createKubeClient(connection, { clock, random: () => 0.5 })
  const error = await failureOf(client.create(configMaps, web))
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error.message).toBe(`the API server ${server.url} refused the connection`)
  expect(clock.slept).toHaveLength(4)
})

const refusals = [
  {
    code: 401,
    said: 'Unauthorized',
    message: 'does not accept the credentials (401 Unauthorized)',
    reason: 'the server says nothing useful',
  },
  {
    code: 403,
    said: 'user x cannot get',
    message: 'forbids it: user x cannot get',
    reason: 'the server says who and what',
  },
  {
    code: 500,
    said: 'webhook failed',
    message: 'answered 500: webhook failed',
    reason: 'which server has trouble matters',
  },
]

for (const { code, said, message, reason } of refusals) {
  test(`${code} names the server: ${reason}`, async () => {
    await using context = await start((_request, response) => sendStatus(response, code, 'Why', said))
    const error = await failureOf(context.client.get(configMaps, 'shop', 'web'))
    expect(error).toBeInstanceOf(ApiError)
    expect(error.message).toBe(`the API server ${context.server.url} ${message}`)
  })
}

test("an object's own fault is told in the server's words", async () => {
  await using context = await start((_request, response) =>
    sendStatus(response, 422, 'Invalid', 'ConfigMap "web" is invalid: data: bad'),
  )
  const error = await failureOf(context.client.apply(configMaps, web, { fieldManager: 'f' }))
  expect(error).toMatchObject({ reason: 'Invalid', code: 422, message: 'ConfigMap "web" is invalid: data: bad' })
})

test('what a server quotes of a Secret is hidden', async () => {
  const said =
    'Secret "db" is invalid: data[password]: Invalid value: "hunter2 \\" and more": must be base64, got &value.valueUnstructured{Value:hunter3}'
  await using context = await start((_request, response) => sendStatus(response, 422, 'Invalid', said))
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' } }
  const error = await failureOf(context.client.apply(secrets, secret, { fieldManager: 'f' }))
  expect(error.message).toBe(
    'Secret "db" is invalid: data[password]: Invalid value: (hidden): must be base64, got &value.valueUnstructured{Value:(hidden)}',
  )
  expect(JSON.stringify(error)).not.toContain('hunter')
})

test('list follows the continue token and completes the items', async () => {
  await using context = await start((_request, response, number) => {
    const metadata = { resourceVersion: '7', ...(number === 1 ? { continue: 'a/b=' } : {}) }
    sendJson(response, 200, {
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata,
      items: [{ metadata: { name: `m${number}` } }],
    })
  })
  const pages = await Array.fromAsync(context.client.list(configMaps, { labelSelector: 'app in (a,b)', pageSize: 1 }))
  expect(pages.flatMap((page) => page.items)).toEqual([
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm1' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm2' } },
  ])
  expect(context.server.received.map((request) => request.url)).toEqual([
    '/api/v1/configmaps?labelSelector=app%20in%20(a%2Cb)&limit=1',
    '/api/v1/configmaps?labelSelector=app%20in%20(a%2Cb)&limit=1&continue=a%2Fb%3D',
  ])
})

test('delete carries the uid as a precondition', async () => {
  await using context = await start((_request, response) => sendJson(response, 200, {}))
  await context.client.delete(
    configMaps,
    { namespace: 'shop', name: 'web' },
    { uid: 'u1', propagationPolicy: 'Foreground' },
  )
  expect(JSON.parse(context.server.received[0]?.body ?? '')).toEqual({
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Foreground',
    preconditions: { uid: 'u1' },
  })
})

test('an answer over the limit is an error that is not repeated', async () => {
  await using context = await start((_request, response) => sendJson(response, 200, { text: 'x'.repeat(3 << 20) }), {
    maxResponseBytes: 1 << 20,
  })
  const error = await failureOf(context.client.get(configMaps, 'shop', 'web'))
  expect(error).toMatchObject({ reason: 'ResponseTooLarge' })
  expect(error.message).toContain('larger than 1 MiB')
  expect(context.server.received).toHaveLength(1)
})

test('at most `concurrency` requests are in flight, and all are answered', async () => {
  let inFlight = 0
  let most = 0
  await using context = await start(
    (_request, response) => {
      inFlight++
      most = Math.max(most, inFlight)
      setImmediate(() => {
        inFlight--
        sendJson(response, 200, web)
      })
    },
    { concurrency: 4 },
  )
  await Promise.all(Array.from({ length: 50 }, () => context.client.get(configMaps, 'shop', 'web')))
  expect(context.server.received).toHaveLength(50)
  expect(most).toBeLessThanOrEqual(4)
  expect(context.server.connections).toBeLessThanOrEqual(4)
})

test("an aborted call rejects with the signal's reason, whether waiting or under way", async () => {
  await using context = await start(() => {}, { concurrency: 1 })
  const stop = new AbortController()
  const underWay = failureOf(context.client.get(configMaps, 'shop', 'a', stop.signal))
  const waiting = failureOf(context.client.get(configMaps, 'shop', 'b', stop.signal))
  await expect.poll(() => context.server.received.length).toBe(1)
  const reason = new Error('enough')
  stop.abort(reason)
  expect(await underWay).toBe(reason)
  expect(await waiting).toBe(reason)
})

test('closing the client ends what is under way', async () => {
  await using context = await start(() => {})
  const failure = failureOf(context.client.get(configMaps, 'shop', 'web'))
  await expect.poll(() => context.server.received.length).toBe(1)
  await context.client[Symbol.asyncDispose]()
  expect((await failure).message).toContain('is closed')
  expect((await failureOf(context.client.get(configMaps, 'shop', 'web'))).message).toContain('is closed')
})

test('a watch delivers events however they are cut, and ends when the server ends it', async () => {
  const events = ['ADDED', 'MODIFIED', 'BOOKMARK'].map((type, index) => ({
    type,
    object: { ...web, metadata: { ...web.metadata, resourceVersion: String(index) }, text: 'ü'.repeat(10) },
  }))
  await using context = await start((_request, response) => {
    response.writeHead(200)
    const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    for (let start = 0; start < bytes.length; start += 7) response.write(bytes.subarray(start, start + 7))
    response.end()
  })
  const received = await Array.fromAsync(
    context.client.watch(configMaps, { resourceVersion: '5', labelSelector: 'a=b' }),
  )
  expect(received).toEqual(events)
  expect(context.server.received[0]?.url).toBe(
    '/api/v1/configmaps?watch=true&labelSelector=a%3Db&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=450',
  )
})

test('a watch that is too old throws 410, as a status and as an event', async () => {
  await using context = await start((_request, response, number) => {
    if (number === 1) sendStatus(response, 410, 'Expired', 'too old resource version')
    else
      sendJson(response, 200, {
        type: 'ERROR',
        object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
      })
  })
  const first = await failureOf(Array.fromAsync(context.client.watch(configMaps, { resourceVersion: '5' })))
  const second = await failureOf(Array.fromAsync(context.client.watch(configMaps, { resourceVersion: '5' })))
  expect([first, second]).toMatchObject([
    { code: 410, reason: 'Expired' },
    { code: 410, reason: 'Expired' },
  ])
})

test('a watch that stays silent beyond its time is taken for dead', async () => {
  await using context = await start((_request, response) => response.writeHead(200).flushHeaders())
  let open = false
  const options = { resourceVersion: '5', onOpen: () => (open = true) }
  const failure = failureOf(Array.fromAsync(context.client.watch(configMaps, options)))
  await expect.poll(() => open).toBe(true)
  await context.clock.advance(450_000 + 29_000)
  await context.clock.advance(1_000)
  expect((await failure).message).toContain('neither continues nor ends a watch')
})

test('watches do not take places of requests', async () => {
  await using context = await start(
    (request, response) => {
      if (request.url.includes('watch=true')) response.writeHead(200).flushHeaders()
      else sendJson(response, 200, web)
    },
    { concurrency: 1 },
  )
  const stop = new AbortController()
  const watches = [1, 2, 3].map(() =>
    failureOf(Array.fromAsync(context.client.watch(configMaps, { resourceVersion: '1' }, stop.signal))),
  )
  expect(await context.client.get(configMaps, 'shop', 'web')).toEqual(web)
  const reason = new Error('enough')
  stop.abort(reason)
  expect(await Promise.all(watches)).toEqual([reason, reason, reason])
})

test('leaving a watch early closes its connection', async () => {
  let closed = 0
  await using context = await start((_request, response) => {
    response.on('close', () => closed++)
    response.writeHead(200)
    response.write(`${JSON.stringify({ type: 'ADDED', object: web })}\n`)
  })
  for await (const event of context.client.watch(configMaps, { resourceVersion: '1' })) {
    expect(event.type).toBe('ADDED')
    break
  }
  await expect.poll(() => closed).toBe(1)
})

test('podLog returns text', async () => {
  await using context = await start((_request, response) => response.writeHead(200).end('line 1\nline 2\n'))
  const text = await context.client.podLog('shop', 'web-1', { container: 'web', tailLines: 2, previous: true })
  expect(text).toBe('line 1\nline 2\n')
  expect(context.server.received[0]?.url).toBe(
    '/api/v1/namespaces/shop/pods/web-1/log?container=web&tailLines=2&previous=true&limitBytes=1048576',
  )
})

test('TLS: the configured authority is accepted, any other is a clear error without a second try', async () => {
  const certificate = createTestCertificate('api')
  await using server = await startTestServer((_request, response) => sendJson(response, 200, web), certificate)
  const clock = createEagerClock()
  await using trusted = createKubeClient(server.connection(), { clock, random: () => 0.5 })
  expect(await trusted.get(configMaps, 'shop', 'web')).toEqual(web)

  await using stranger = createKubeClient(server.connection(undefined, { ca: createTestCertificate('other').cert }), {
    clock,
    random: () => 0.5,
  })
  expect((await failureOf(stranger.get(configMaps, 'shop', 'web'))).message).toBe(
    `the API server ${server.url} has a certificate that no configured authority signed (self-signed)`,
  )
  expect(clock.slept).toEqual([])

  await using careless = createKubeClient(server.connection(undefined, { ca: undefined, insecure: true }), {
    clock,
    random: () => 0.5,
  })
  expect(await careless.get(configMaps, 'shop', 'web')).toEqual(web)
})

test('TLS: tls-server-name decides which name the certificate must have', async () => {
  const certificate = createTestCertificate('api', ['kubernetes.internal'])
  await using server = await startTestServer((_request, response) => sendJson(response, 200, web), certificate)
  const options = { clock: createEagerClock(), random: () => 0.5 }
  await using plain = createKubeClient(server.connection(), options)
  expect((await failureOf(plain.get(configMaps, 'shop', 'web'))).message).toContain('has a certificate for other names')
  await using named = createKubeClient(server.connection(undefined, { serverName: 'kubernetes.internal' }), options)
  expect(await named.get(configMaps, 'shop', 'web')).toEqual(web)
})

test('a server under a path keeps that path before every request', async () => {
  await using server = await startTestServer((_request, response) => sendJson(response, 200, web))
  const connection = { ...server.connection(), server: `${server.url}/k8s/clusters/c-1` }
  await using client = createKubeClient(connection, { clock: createEagerClock(), random: () => 0.5 })
  await client.get(configMaps, 'shop', 'web')
  expect(server.received[0]?.url).toBe('/k8s/clusters/c-1/api/v1/namespaces/shop/configmaps/web')
})
