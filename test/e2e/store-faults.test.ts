/** A store that cannot be written in the middle of the work: said, nothing unrecorded is done to a cluster, and all is made up for. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createRepository } from '../support/git-server.ts'
import { configMap, deployment } from '../support/manifests.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const startsSlowly = '      annotations: { sandbox.halcyon.dev/scenario: "slow-start=2" }\n'

/** As a backup program does that locks the database; undefined while one of our own groups is open. */
function lockStore(directory: string): Disposable | undefined {
  const database = new DatabaseSync(join(directory, 'data', 'store', 'halcyon.db'))
  try {
    database.exec('BEGIN IMMEDIATE')
    return { [Symbol.dispose]: () => database.close() }
  } catch {
    database.close()
    return undefined
  }
}

test('an operation that ends while the store is locked ends all the same, and its records are there afterwards', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await createRepository(directory.path, 'fleet', {
    'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1', startsSlowly),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  const engine = system.context.system
  await system.until('the wait for health', () => system.app('fleet')?.operation?.waitingFor !== undefined)
  {
    using _lock = await system.until('the lock', () => lockStore(directory.path))
    await system.until('the end', () => system.app('fleet')?.operation?.phase !== 'Running')
    await system.until('the store to be said', () =>
      engine.notReady().some((line) => /^Cannot write to the store \S+: database is locked$/.test(line)),
    )
    expect(await engine.history('fleet', 5)).toEqual([])

    // What cannot be recorded is not begun.
    const before = engine.statistics().requests.mutating
    await repository.commit({ 'k8s/one.yaml': configMap('one', 'x') }, 'While the store is locked')
    const refused = await system.until('the refusal', () =>
      system.app('fleet')?.reason === 'StoreUnavailable' ? system.app('fleet') : undefined,
    )
    expect(refused.message).toMatch(/Cannot write to the store \S+: database is locked/)
    expect(engine.statistics().requests.mutating).toBe(before)
  }
  await system.until('the store', () => engine.notReady().length === 0)
  await system.until(
    'the commit',
    async () => (await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', 'one')) !== undefined,
  )
  await system.healthy('fleet')
  const history = await engine.history('fleet', 10)
  expect(history.map((entry) => entry.phase)).toContain('Failed')
  expect(history.at(-1)).toMatchObject({ phase: 'Succeeded' })
  expect(history[0]).toMatchObject({ phase: 'Succeeded' })
  const types = (await engine.events({})).map((event) => event.type)
  expect(types).toContain('StoreRecovered')
})
