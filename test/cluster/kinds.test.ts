/** What only a real API server can show: its defaulting, normalising and conversions of every kind, seen through our fingerprints. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const manifests = readFileSync(join(import.meta.dirname, 'testdata', 'kinds.yaml'), 'utf8')

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

test('an object of every kind is applied once: nothing drifts, and the next start writes nothing', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/all.yaml': manifests })
  const options = { directory: directory.path, cluster, repo: repository.path, path: 'k8s' }
  {
    await using first = await startSystem(options)
    // Not healthy: the autoscalers have nobody who measures for them.
    await first.until('everything to be applied', () => first.app(repository.name)?.sync.status === 'Synced', 60)
    await first.context.system.refresh(undefined, { hard: true })
    await first.context.system.settled()
    expect(first.app(repository.name)?.sync.status).toBe('Synced')
    expect(await first.context.system.events({ types: ['NotConverged', 'DriftFound'] })).toEqual([])
    expect(first.context.system.statistics().requests.mutating).toBeGreaterThan(40)
  }
  await using second = await startSystem(options)
  await second.until('a second look', () => second.app(repository.name)?.sync.status === 'Synced', 60)
  await second.context.system.refresh(undefined, { hard: true })
  await second.context.system.settled()

  expect((await second.context.system.plan(repository.name)).changes).toEqual([])
  expect(second.context.system.statistics().requests.mutating).toBe(0)
})

test('a field that the schema does not know is a refusal, said at once and with its path', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'k8s/a.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }], prots: 1 }\n',
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })

  const failure = await system.until(
    'the refusal',
    async () => (await system.context.system.events({ types: ['SyncFailed'] }))[0],
  )
  expect(failure.message).toContain('.spec.prots: field not declared in schema')
  expect(failure.reason).toBe('DryRunRefused')
  expect(system.context.system.statistics().requests.mutating).toBe(0)
})
