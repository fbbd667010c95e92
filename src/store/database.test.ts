import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../runtime/clock.ts'
import { type Database, openDatabase } from './database.ts'
import { openStore } from './open-store.ts'
import { testApplication, testEvent, testHistory, testHookRun } from './testing.ts'
import { createUnsaved } from './unsaved.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halcyon-database-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

interface Opened {
  readonly database: Database
  readonly failures: unknown[]
  readonly lost: number[]
  readonly recovered: Promise<number>
  insert(text: string): void
  texts(): unknown[]
}

function open(): Opened {
  const recovered = Promise.withResolvers<number>()
  const failures: unknown[] = []
  const lost: number[] = []
  const database = openDatabase(join(directory, 'test.db'), {
    onFailing: (error) => failures.push(error),
    onRecovered: (kept) => recovered.resolve(kept),
    onLost: (count) => lost.push(count),
  })
  database.exec('CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)')
  return {
    database,
    failures,
    lost,
    recovered: recovered.promise,
    insert: (text) => database.write(() => database.statement('INSERT INTO lines (text) VALUES (?)').run(text)),
    texts: () =>
      database
        .statement('SELECT text FROM lines ORDER BY n')
        .all()
        .map((row) => String(row['text']).slice(0, 10)),
  }
}

test('a disk that is full is told to who waits, and everything is written once when there is room, in order', async () => {
  const opened = open()
  await using database = opened.database
  opened.insert('before')
  await database.committed()
  // SQLite answers as it does on a full disk.
  const pages = database.statement('PRAGMA page_count').get()?.['page_count']
  database.exec(`PRAGMA max_page_count = ${pages}`)

  opened.insert('large'.padEnd(100_000, '.'))
  opened.insert('after')
  await expect(database.committed()).rejects.toMatchObject({
    reason: 'StoreUnavailable',
    message: expect.stringMatching(/^Cannot write to the store \S+: database or disk is full$/),
  })
  expect(database.failing?.reason).toBe('StoreUnavailable')
  opened.insert('meanwhile')
  await expect(database.durable()).rejects.toMatchObject({ reason: 'StoreUnavailable' })
  expect(opened.texts()).toEqual(['before'])

  database.exec('PRAGMA max_page_count = 100000')
  expect(await opened.recovered).toBe(3)
  expect(opened.texts()).toEqual(['before', 'large.....', 'after', 'meanwhile'])
  expect(database.failing).toBeUndefined()
  await database.durable()
  expect(opened.failures).toHaveLength(1)
})

test('a statement that is wrong is its caller’s, and the rest of the group is written', async () => {
  const opened = open()
  await using database = opened.database
  opened.insert('good')
  expect(() => database.write(() => database.statement('INSERT INTO lines (text) VALUES (NULL)').run())).toThrow(
    /NOT NULL/,
  )
  opened.insert('also good')
  await database.committed()
  expect(opened.texts()).toEqual(['good', 'also good'])
  expect(opened.failures).toEqual([])
})

test('what the disk refuses to the end is said to be lost, and closing ends all the same', async () => {
  const opened = open()
  using other = new DatabaseSync(join(directory, 'test.db'))
  other.exec('BEGIN IMMEDIATE')
  opened.insert('one')
  opened.insert('two')
  await expect(opened.database.committed()).rejects.toMatchObject({ reason: 'StoreUnavailable' })
  await opened.database[Symbol.asyncDispose]()
  expect(opened.lost).toEqual([2])
  opened.insert('after the end')
})

test('a store that another program locks keeps events, history and the last state of each application', async () => {
  await using store = await openStore(directory, { clock: systemClock })
  await store.putApplication(testApplication('shop', { message: 'before' }))
  const recovered = Promise.withResolvers<void>()
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const event of store.follow(0, stop.signal)) {
      seen.push(event.message)
      if (event.type === 'StoreRecovered') recovered.resolve()
    }
  })()
  {
    using other = new DatabaseSync(join(directory, 'halcyon.db'))
    other.exec('BEGIN IMMEDIATE')
    store.appendEvent(testEvent('during'))
    const unavailable = { reason: 'StoreUnavailable' }
    await expect(store.putApplication(testApplication('shop', { message: 'first' }))).rejects.toMatchObject(unavailable)
    await expect(store.putApplication(testApplication('shop', { message: 'last' }))).rejects.toMatchObject(unavailable)
    await expect(store.putHookRun(testHookRun('batch/Job/shop/migrate'))).rejects.toMatchObject(unavailable)
    await expect(store.appendHistory(testHistory('shop'))).rejects.toMatchObject(unavailable)
    expect(store.failing).toMatch(/database is locked/)
    expect(seen).toEqual([])
  }
  await recovered.promise

  expect(seen[0]).toBe('during')
  expect(seen[1]).toBe('The store can be written again: 4 records were kept and are written, 0 are lost')
  expect(await store.applications()).toMatchObject([{ name: 'shop', message: 'last' }])
  expect(await store.history('shop')).toHaveLength(1)
  expect(await store.hookRuns('op-1')).toHaveLength(1)
  expect(store.failing).toBeUndefined()
  stop.abort()
  await following
})

test('memory for refused writes is bounded, and a later write of one name takes the place of the earlier', () => {
  const unsaved = createUnsaved(2)
  const write = (name?: string) => unsaved.add({ name, run: () => {} })
  write('a')
  write()
  write('a')
  expect([...unsaved.all].map((one) => one.name)).toEqual([undefined, 'a'])
  write('b')
  expect([unsaved.size, unsaved.dropped]).toEqual([2, 1])
})
