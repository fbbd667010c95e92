/** The client against the real server over a small engine: every call of the one is a route of the other. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/program.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { createServer, listen } from '../server/server.ts'
import { createTestEngine, testApplicationView } from '../server/testing.ts'
import { createClient, type HalcyonClient } from './client.ts'
import { removeServerFile, writeServerFile } from './discover.ts'

const token = 'a-token-for-tests'
const names = Array.from({ length: 1_203 }, (_, index) => `app-${String(index).padStart(4, '0')}`)
const engine = createTestEngine(names.map((name) => testApplicationView(name)))
const dataDir = mkdtempSync(join(tmpdir(), 'halcyon-contract-'))
const server = createServer({
  engine,
  token,
  metrics: createMetrics(),
  logger: silentLogger,
  version: '1.2.3',
  clock: systemClock,
})
let client: HalcyonClient
let url = ''

/** An address where somebody listened a moment ago. */
async function closedPort(): Promise<string> {
  const once = createHttpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => once.once('listening', resolve))
  const { port } = once.address() as AddressInfo
  await new Promise((resolve) => once.close(resolve))
  return `http://127.0.0.1:${port}`
}

beforeAll(async () => {
  url = await listen(server, { port: 0 })
  client = createClient({ url, token })
})
afterAll(async () => {
  await server.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('all pages of a large fleet arrive, each application once', async () => {
  expect((await client.applications()).map(({ name }) => name)).toEqual(names)
  expect((await client.applications({ q: 'app-000', sync: 'Synced' })).length).toBe(10)
})

test('every reading call is answered', async () => {
  expect(await client.status()).toMatchObject({ version: '1.2.3', applications: names.length, sync: { Synced: 1203 } })
  expect(await client.application('app-0007')).toMatchObject({ name: 'app-0007', resources: [] })
  expect(await client.manifests('app-0007', { revision: 'main', reveal: true })).toBe('kind: ConfigMap\n')
  expect(engine.calls.at(-1)).toBe('manifests app-0007 {"reveal":true,"revision":"main"}')
  expect((await client.plan('app-0007')).text).toBe('Nothing to do')
  expect((await client.why('app-0007')).headline).toBe('All is well')
  expect(await client.history('app-0007', 5)).toEqual([])
  expect(await client.decisions({ application: 'app-0007' })).toEqual([])
  await client.events({ application: 'a', types: ['X', 'Y'], limit: 7, newestFirst: true })
  expect(engine.calls.at(-1)).toBe('events  {"limit":7,"newestFirst":true,"application":"a","types":["X","Y"]}')
})

test('every acting call is understood', async () => {
  expect(await client.sync('app-0001', { prune: false, revision: 'v1', dryRun: true })).toMatchObject({
    phase: 'Running',
  })
  expect(engine.calls.at(-1)).toBe('sync app-0001 {"initiatedBy":"api","prune":false,"revision":"v1","dryRun":true}')
  await client.refresh(undefined, { hard: true })
  expect(engine.calls.at(-1)).toBe('refresh * {"hard":true}')
  await client.refresh('app-0001')
  expect(engine.calls.at(-1)).toBe('refresh app-0001 {"hard":false}')
  await client.terminate('app-0001')
  expect(engine.calls.at(-1)).toBe('terminate app-0001 {}')
})

test('refusals keep their reason', async () => {
  await expect(client.why('nobody')).rejects.toMatchObject({
    reason: 'NotFound',
    message: 'Cannot find application nobody',
  })
  await expect(createClient({ url, token: 'wrong' }).status()).rejects.toMatchObject({ reason: 'Unauthenticated' })
})

test('the event log is followed from where it was read, while it grows', async () => {
  engine.append('first')
  const abort = new AbortController()
  const seen: string[] = []
  for await (const { message } of client.follow({ after: 0 }, abort.signal)) {
    seen.push(message)
    if (seen.length === 1) engine.append('second')
    else abort.abort()
  }
  expect(seen).toEqual(['first', 'second'])
})

test('the command line finds the process by its data directory, and says so when it is gone', async () => {
  const run = async (...args: string[]) => {
    let out = ''
    let err = ''
    const never = async () => 2
    const code = await runCli(
      {
        version: '1.2.3',
        runUp: never,
        runSandbox: never,
        renderLocal: async () => '',
        io: {
          stdout: { write: (text) => (out += text) },
          stderr: { write: (text) => (err += text) },
          env: { HALCYON_DATA: dataDir },
          home: '/nowhere',
          now: () => Date.now(),
          after: (ms, callback) => systemClock.after(ms, callback),
        },
      },
      args,
    )
    return { code, out, err }
  }
  await writeServerFile(dataDir, { url, token })
  expect(await run('why', 'app-0001')).toEqual({ code: 0, out: 'All is well\n', err: '' })
  expect(await run('status')).toMatchObject({ code: 0, out: expect.stringContaining('All quiet: 1,203 applications') })

  const gone = `Cannot reach halcyon: no process runs for data directory ${dataDir}; start one with: npm start\n`
  await writeServerFile(dataDir, { url: await closedPort(), token })
  expect(await run('status'), 'killed, its address left behind').toEqual({ code: 2, out: '', err: gone })
  await removeServerFile(dataDir)
  expect(await run('status'), 'stopped').toEqual({ code: 2, out: '', err: gone })
})
