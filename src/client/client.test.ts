/** The client against a real HTTP server on loopback that answers as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClient } from './client.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function serve(handler: Handler) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      seen.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`)
      handler(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { seen, url, client: createClient({ url, token: 'secret', sleep: async () => {} }) }
}

function json(response: ServerResponse, value: unknown, status = 200, type = 'application/json') {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
}

test('a list is read page by page', async () => {
  const { client, seen } = await serve((request, response) => {
    const second = request.url?.includes('cursor=b')
    json(response, second ? { items: [{ name: 'b' }] } : { items: [{ name: 'a' }], cursor: 'b' })
  })
  expect(await client.applications({ health: 'Degraded' })).toEqual([{ name: 'a' }, { name: 'b' }])
  expect(seen).toEqual([
    'GET /api/v1/applications?health=Degraded&limit=500',
    'GET /api/v1/applications?health=Degraded&limit=500&cursor=b',
  ])
})

test('every request carries the token, names are escaped, bodies are JSON', async () => {
  const tokens: (string | undefined)[] = []
  const { client, seen } = await serve((request, response) => {
    tokens.push(request.headers.authorization)
    json(response, {})
  })
  await client.sync('a/b', { prune: true })
  await client.refresh(undefined, { hard: true })
  await client.events({ types: ['SyncFailed', 'Rendered'], limit: 5 }).catch(() => {})
  expect(new Set(tokens)).toEqual(new Set(['Bearer secret']))
  expect(seen).toEqual([
    'POST /api/v1/applications/a%2Fb/sync {"prune":true}',
    'POST /api/v1/refresh {"hard":true}',
    'GET /api/v1/events?limit=5&type=SyncFailed%2CRendered',
  ])
})

const failures: { reason: string; status: number; body: unknown; want: { reason: string; message: string } }[] = [
  {
    reason: 'a problem keeps its reason and its detail',
    status: 404,
    body: { title: 'Not Found', detail: 'Cannot get shop: there is no such application', reason: 'NotFound' },
    want: { reason: 'NotFound', message: 'Cannot get shop: there is no such application' },
  },
  {
    reason: 'a problem without detail falls back to its title',
    status: 500,
    body: { title: 'Internal error', reason: 'Internal' },
    want: { reason: 'Internal', message: 'Internal error' },
  },
  {
    reason: 'a reason that is not in the table is not believed',
    status: 401,
    body: { reason: 'toString', detail: 'x' },
    want: {
      reason: 'Unauthenticated',
      message: expect.stringContaining('Cannot get shop: the server answered 401') as never,
    },
  },
  {
    reason: 'another program on the port is told by its answer',
    status: 502,
    body: 'bad gateway',
    want: { reason: 'ServerUnreachable', message: 'Cannot get shop: the server answered 502: "bad gateway"' },
  },
]
for (const { reason, status, body, want } of failures) {
  test(reason, async () => {
    const { client } = await serve((_, response) => json(response, body, status, 'application/problem+json'))
    await expect(client.application('shop')).rejects.toMatchObject(want)
  })
}

test('nobody at the address is ServerUnreachable, with the reason below', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1', token: 'x' })
  await expect(client.status()).rejects.toMatchObject({ reason: 'ServerUnreachable' })
  await expect(client.status()).rejects.toThrow(
    /Cannot reach halcyon at http:\/\/127\.0\.0\.1:1: .*(ECONNREFUSED|bad port)/,
  )
})

test('an aborted call rejects with the reason of the signal', async () => {
  const { client } = await serve(() => {})
  const abort = new AbortController()
  const call = client.status(abort.signal)
  abort.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
})

test('follow resumes at the last event seen, and repeats none', async () => {
  const resumed: (string | undefined)[] = []
  const { client } = await serve((request, response) => {
    const last = request.headers['last-event-id']
    resumed.push(typeof last === 'string' ? last : undefined)
    const from = Math.max(0, Number(last ?? 0) - 1)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': heartbeat\n\n')
    for (const seq of [from + 1, from + 2]) response.write(`id: ${seq}\nevent: X\ndata: {"seq":${seq}}\n\n`)
    response.end()
  })
  const abort = new AbortController()
  const seen: number[] = []
  for await (const event of client.follow({}, abort.signal)) {
    seen.push(event.seq)
    if (event.seq === 4) abort.abort()
  }
  expect(seen).toEqual([1, 2, 3, 4])
  expect(resumed).toEqual([undefined, '2', '3'])
})

test('follow outlives a server that is away for a moment', async () => {
  let calls = 0
  const { client } = await serve((_, response) => {
    calls++
    if (calls === 1) response.destroy()
    else if (calls === 2) json(response, {}, 503)
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"seq":1}\n\n')
  })
  const abort = new AbortController()
  for await (const event of client.follow({}, abort.signal)) {
    expect(event.seq).toBe(1)
    abort.abort()
  }
  expect(calls).toBe(3)
})

test('follow throws what another try cannot cure', async () => {
  const { client } = await serve((_, response) => json(response, { reason: 'Unauthenticated', detail: 'no' }, 401))
  const next = client.follow({}, new AbortController().signal)[Symbol.asyncIterator]().next()
  await expect(next).rejects.toMatchObject({ reason: 'Unauthenticated' })
})
