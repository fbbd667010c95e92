import { request, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { FakeClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { createServer, listen } from './server.ts'
import { createTestEngine } from './testing.ts'

const token = 't0ken'
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function setUp() {
  const engine = createTestEngine([])
  const clock = new FakeClock()
  const metrics = createMetrics({ processMetrics: false })
  const app = createServer({ engine, token, metrics, logger: silentLogger, version: '0', clock })
  const url = await listen(app, { port: 0 })
  closers.push(() => app.close())
  return { app, clock, engine, url }
}

/** A connection over a real socket that collects what arrives. */
function connect(url: string, headers: Record<string, string> = {}) {
  let text = ''
  let wake = () => {}
  const closed = Promise.withResolvers<void>()
  const outgoing = request(url, { headers: { authorization: `Bearer ${token}`, ...headers } }, (incoming) => {
    incoming.setEncoding('utf8')
    incoming.on('data', (chunk: string) => {
      text += chunk
      wake()
    })
    incoming.on('close', closed.resolve)
  })
  outgoing.on('error', () => closed.resolve())
  outgoing.end()
  return {
    text: () => text,
    closed: closed.promise,
    drop: () => outgoing.destroy(),
    async until(part: string): Promise<void> {
      while (!text.includes(part)) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}

const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))

test('a stream backfills after the last id, goes on live, and ends when the server closes', async () => {
  const { app, engine, url } = await setUp()
  for (let index = 1; index <= 5; index++) engine.append(`past ${index}`)
  const stream = connect(`${url}/api/v1/events/stream?after=1`, { 'last-event-id': '2' })
  await stream.until('past 5')
  engine.append('live\nwith a line break')
  await stream.until('line break')
  expect(ids(stream.text())).toEqual([3, 4, 5, 6])
  const data = stream
    .text()
    .split('\n')
    .filter((line) => line.startsWith('data: '))
  expect(JSON.parse(data.at(-1)!.slice(6))).toEqual(engine.log[5])
  await app.close()
  await stream.closed
})

test('without a position only what is new comes, and only of the application asked for', async () => {
  const { engine, url } = await setUp()
  engine.append('old')
  const stream = connect(`${url}/api/v1/events/stream?application=web`)
  await stream.until('retry:')
  engine.append('other', 'shop')
  engine.append('mine', 'web')
  await stream.until('mine')
  expect(ids(stream.text())).toEqual([3])
  stream.drop()
  await stream.closed
})

test('a quiet stream shows that it lives', async () => {
  const { clock, url } = await setUp()
  const stream = connect(`${url}/api/v1/events/stream`)
  await stream.until('retry:')
  await clock.advance(15_000)
  await stream.until(': still here')
  stream.drop()
  await stream.closed
})

test('a client that reads nothing is dropped, and the server goes on', async () => {
  const { app, clock, engine, url } = await setUp()
  const socket = connectWithoutReading(url)
  await socket.connected
  const large = 'x'.repeat(1_000_000)
  for (let index = 0; index < 30; index++) engine.append(large)
  const reader = connect(`${url}/api/v1/events/stream`)
  await reader.until('retry:')
  // The kernel takes some megabytes first, so the wait that is never answered may begin a little later.
  while ((await connectionsOf(app.server)) > 1) await clock.advance(31_000)
  socket.resume()
  await socket.closed
  engine.append('still served')
  await reader.until('still served')
  reader.drop()
  await reader.closed
})

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

/** Takes the headers and then no more, until told. */
function connectWithoutReading(url: string) {
  const connected = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  let resume = () => {}
  const outgoing = request(
    `${url}/api/v1/events/stream`,
    { headers: { authorization: `Bearer ${token}` } },
    (incoming) => {
      incoming.pause()
      incoming.on('error', () => {})
      incoming.on('close', closed.resolve)
      resume = () => incoming.resume()
      connected.resolve()
    },
  )
  outgoing.on('error', () => closed.resolve())
  outgoing.end()
  return { connected: connected.promise, closed: closed.promise, resume: () => resume() }
}
