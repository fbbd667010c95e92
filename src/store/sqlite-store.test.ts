import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock, systemClock } from '../runtime/clock.ts'
import { seededRandom } from '../runtime/random.ts'
import { openStore } from './open-store.ts'
import { testApplication, testEvent, testHistory, testHookRun } from './testing.ts'

const hourMs = 3_600_000
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halcyon-store-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

const open = () => openStore(directory, { clock: systemClock })

test('everything written is there after closing and opening again', async () => {
  const record = testApplication('shop')
  const run = testHookRun('batch/Job/shop/migrate', { succeeded: true })
  const bytes = Buffer.from('kind: ConfigMap\n'.repeat(20_000))
  {
    await using store = await open()
    store.appendEvent(testEvent('one', { reason: 'HookFailed', traceId: 'abc', data: { n: 1 } }))
    store.appendDecision({
      at: '',
      application: 'shop',
      rule: 'self-heal',
      inputs: { on: true },
      outcome: 'heal',
      reason: 'r',
    })
    await Promise.all([
      store.putApplication(testApplication('gone')),
      store.putApplication({ ...record, message: 'older' }),
      store.putApplication(record),
      store.deleteApplication('gone'),
      store.putBundle('b1', bytes),
      store.putRender('r1', Buffer.from('small')),
      store.putHookRun({ ...run, succeeded: false }),
      store.putHookRun(run),
    ])
    expect(await store.appendHistory(testHistory('shop'))).toBe(1)
  }
  await using store = await open()
  expect(await store.events({})).toEqual([
    { seq: 1, ...testEvent('one', { reason: 'HookFailed', traceId: 'abc', data: { n: 1 } }) },
  ])
  expect(await store.decisions({ application: 'shop' })).toMatchObject([
    { id: 1, inputs: { on: true }, outcome: 'heal' },
  ])
  expect(await store.applications()).toEqual([record])
  expect(Buffer.from((await store.bundle('b1'))!).equals(bytes)).toBe(true)
  expect(Buffer.from((await store.render('r1'))!).toString()).toBe('small')
  expect(await store.bundle('none')).toBeUndefined()
  expect(await store.hookRuns('op-1')).toEqual([run])
  expect(await store.history('shop')).toEqual([{ id: 1, ...testHistory('shop') }])
})

test('what was written is read back before it is on disk', async () => {
  await using store = await open()
  const writing = store.putApplication(testApplication('shop'))
  store.appendEvent(testEvent('one'))
  expect((await store.applications()).map((record) => record.name)).toEqual(['shop'])
  expect((await store.events({})).map((event) => event.message)).toEqual(['one'])
  await writing
})

test('a hook run and a bundle that were acknowledged survive kill -9', async () => {
  const module = new URL('./open-store.ts', import.meta.url).href
  const clock = new URL('../runtime/clock.ts', import.meta.url).href
  const script = `
    const { openStore } = await import(${JSON.stringify(module)})
    const { systemClock } = await import(${JSON.stringify(clock)})
    const store = await openStore(${JSON.stringify(directory)}, { clock: systemClock })
    store.appendEvent(${JSON.stringify(testEvent('before'))})
    await Promise.all([store.putHookRun(${JSON.stringify(testHookRun('k'))}), store.putBundle('b', Buffer.from('bytes'))])
    console.log('acknowledged'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await using store = await open()
  expect(await store.hookRuns('op-1')).toEqual([testHookRun('k')])
  expect(Buffer.from((await store.bundle('b'))!).toString()).toBe('bytes')
  expect(store.appendEvent(testEvent('after')).seq).toBe(2)
})

test('events are found by application, type, position and order', async () => {
  await using store = await open()
  for (let index = 1; index <= 6; index++) {
    store.appendEvent(
      testEvent(`m${index}`, { application: index % 2 === 0 ? 'even' : 'odd', type: index > 3 ? 'Late' : 'Early' }),
    )
  }
  const seqs = async (query: Parameters<typeof store.events>[0]) =>
    (await store.events(query)).map((event) => event.seq)
  expect(await seqs({ after: 4 })).toEqual([5, 6])
  expect(await seqs({ application: 'even' })).toEqual([2, 4, 6])
  expect(await seqs({ types: ['Late', 'Other'] })).toEqual([4, 5, 6])
  expect(await seqs({ application: 'odd', types: ['Early', 'Late'], newestFirst: true, limit: 2 })).toEqual([5, 3])
})

test('old records are forgotten by count and by age, and event numbers are never given out twice', async () => {
  const clock = new FakeClock()
  const options = { clock, retention: { events: 5, decisions: 3, history: 2, days: 30 } }
  {
    await using store = await openStore(directory, options)
    for (let index = 0; index < 9; index++) {
      store.appendEvent(testEvent(`${index}`, { at: new Date(clock.now()).toISOString() }))
      store.appendDecision({ at: '', application: 'a', rule: 'r', inputs: {}, outcome: `${index}`, reason: '' })
      await store.appendHistory(testHistory('shop', { operation: `op-${index}` }))
    }
    expect((await store.history('shop')).map((record) => record.operation)).toEqual(['op-8', 'op-7'])
    await clock.advance(2 * hourMs)
    expect((await store.events({})).map((event) => event.seq)).toEqual([5, 6, 7, 8, 9])
    expect((await store.decisions({})).map((decision) => decision.outcome)).toEqual(['8', '7', '6'])
    await clock.advance(31 * 24 * hourMs)
    expect((await store.events({})).map((event) => event.seq)).toEqual([9])
  }
  await using store = await openStore(directory, options)
  expect(store.appendEvent(testEvent('next')).seq).toBe(10)
})

test('a bundle is kept while an application or the history refers to it', async () => {
  const clock = new FakeClock()
  await using store = await openStore(directory, { clock, retention: { history: 1 } })
  const digests = ['live', 'past', 'orphan', 'fresh'] as const
  for (const digest of digests.slice(0, 3)) await store.putBundle(digest, Buffer.from(digest))
  await store.putApplication(testApplication('shop', { bundle: 'live' }))
  await store.appendHistory(testHistory('shop', { bundle: 'orphan' }))
  await store.appendHistory(testHistory('shop', { bundle: 'past' }))
  await clock.advance(hourMs)
  await store.putBundle('fresh', Buffer.from('fresh'))
  await clock.advance(61_000)
  const kept = await Promise.all(digests.map((digest) => store.bundle(digest)))
  expect(kept.map((bytes) => bytes !== undefined)).toEqual([true, true, false, true])
})

test('the render cache forgets what was used longest ago', async () => {
  const clock = new FakeClock()
  await using store = await openStore(directory, { clock, retention: { renderBytes: 110_000 } })
  const random = seededRandom(1)
  const noise = () => Buffer.from(Array.from({ length: 30_000 }, () => Math.floor(random() * 256)))
  const oldest = noise()
  await store.putRender('a', oldest)
  await clock.advance(1)
  await store.putRender('b', noise())
  await clock.advance(2 * hourMs)
  expect(await store.render('a')).toEqual(oldest)
  await store.putRender('c', noise())
  await store.putRender('d', noise())
  expect(await store.render('b')).toBeUndefined()
  expect(await store.render('a')).toBeDefined()
  expect(await store.render('d')).toBeDefined()
})

test('a file that is not a database is moved aside, loudly, and event numbers go on above it', async () => {
  await writeFile(join(directory, 'halcyon.db'), 'not a database '.repeat(1_000))
  const clock = new FakeClock()
  await using store = await openStore(directory, { clock })
  const [event] = await store.events({})
  expect(event).toMatchObject({ type: 'StoreRebuilt', seq: clock.now() })
  const aside = (await readdir(directory)).filter((name) => name.includes('damaged'))
  expect(aside).toHaveLength(1)
  expect(await readFile(join(directory, aside[0]!), 'utf8')).toContain('not a database')
})

test('damage inside the file is found after an unclean end', async () => {
  {
    await using store = await open()
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.putApplication(testApplication(`app-${index}`))))
  }
  const path = join(directory, 'halcyon.db')
  const bytes = await readFile(path)
  bytes.fill(0xff, 4096 * 20, 4096 * 30)
  await writeFile(path, bytes)
  const database = new DatabaseSync(path)
  database.exec("INSERT INTO meta (key, value) VALUES ('open', '1')")
  database.close()
  await using store = await open()
  expect((await store.events({})).map((event) => event.type)).toEqual(['StoreRebuilt'])
  expect(await store.applications()).toEqual([])
})

test('a database of a newer halcyon is refused, not damaged', async () => {
  await (await open())[Symbol.asyncDispose]()
  const path = join(directory, 'halcyon.db')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  await expect(open()).rejects.toMatchObject({ reason: 'ConfigInvalid' })
})

test('nobody but the owner can read the files', async () => {
  await using store = await openStore(join(directory, 'data'), { clock: systemClock })
  await store.putApplication(testApplication('shop'))
  expect((await stat(join(directory, 'data'))).mode & 0o077).toBe(0)
  for (const name of await readdir(join(directory, 'data'))) {
    expect((await stat(join(directory, 'data', name))).mode & 0o077, name).toBe(0)
  }
})

test('a write that fails rejects its caller and leaves the others', async () => {
  await using store = await open()
  const good = store.putApplication(testApplication('good'))
  const bad = store.putApplication({ ...testApplication('bad'), bundle: null as unknown as string })
  await expect(bad).rejects.toThrow('NOT NULL')
  await good
  expect((await store.applications()).map((record) => record.name)).toEqual(['good'])
})
