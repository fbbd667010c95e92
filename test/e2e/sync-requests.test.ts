/** Syncs that a person asks for: dry runs, other revisions, some of the objects. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

const manual = (repoURL: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  project: default
  source: { repoURL: "${repoURL}", path: shop, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
`

test('a dry run writes nothing, says what a sync would do, and fails as the sync would', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'shop/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { a: b }\n',
  })
  await repository.commit({ 'apps/shop.yaml': manual(repository.url) })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  const { system: engine } = system.context
  await system.until('the comparison', () => system.app('shop')?.sync.status === 'OutOfSync')
  const writes = engine.statistics().requests.mutating

  const answer = await engine.sync('shop', { initiatedBy: 'ada', dryRun: true })
  expect(answer).toMatchObject({ phase: 'Succeeded', message: 'dry run: 1 to create; nothing was written' })
  expect(engine.statistics().requests.mutating).toBe(writes)
  expect(await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', 'settings')).toBeUndefined()

  await repository.commit({
    'shop/settings.yaml':
      'apiVersion: v1\nkind: Service\nmetadata: { name: settings }\nspec: { ports: [{ port: 0 }] }\n',
  })
  await engine.refresh('shop', { hard: false })
  await expect(engine.sync('shop', { initiatedBy: 'ada', dryRun: true })).rejects.toMatchObject({
    reason: 'DryRunRefused',
  })
  expect(engine.statistics().requests.mutating).toBe(writes)
})

function setting(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { value: ${value} }\n`
}

async function manualFleet(directory: string, cluster: Awaited<ReturnType<typeof startCluster>>) {
  const repository = await git.createRepository({
    'shop/a.yaml': setting('a', 'one'),
    'shop/b.yaml': setting('b', 'one'),
  })
  await repository.commit({ 'apps/shop.yaml': manual(repository.url) })
  const system = await startSystem({ directory, cluster, repo: repository.url, path: 'apps' })
  await system.until('the comparison', () => system.app('shop')?.sync.status === 'OutOfSync')
  const value = async (name: string) => {
    const found = await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', name)
    return (found?.['data'] as { value?: string } | undefined)?.value
  }
  return { repository, system, engine: system.context.system, value }
}

test('a sync of some objects writes those, runs no hooks, and is no state to come back to', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await manualFleet(directory.path, cluster)
  await using system = fleet.system
  const selected = { group: '', kind: 'ConfigMap', name: 'a' }

  await fleet.engine.sync('shop', { initiatedBy: 'ada', resources: [selected] })
  await system.until('the end', () => system.app('shop')?.operation?.phase === 'Succeeded')

  expect([await fleet.value('a'), await fleet.value('b')]).toEqual(['one', undefined])
  expect(await fleet.engine.history('shop', 10)).toEqual([])
  await system.until('the verdict', () => system.app('shop')?.sync.status === 'OutOfSync')
  await expect(
    fleet.engine.sync('shop', { initiatedBy: 'ada', resources: [{ ...selected, name: 'none' }] }),
  ).rejects.toThrow('nothing differs')
})

test('a sync to another revision applies it, and the application says that it is not the tracked one', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await manualFleet(directory.path, cluster)
  await using system = fleet.system
  await fleet.engine.sync('shop', { initiatedBy: 'ada' })
  await system.healthy('shop')
  const first = system.app('shop')?.syncedRevision ?? ''
  await fleet.repository.commit({ 'shop/a.yaml': setting('a', 'two') })
  await fleet.engine.refresh('shop', { hard: false })
  await fleet.engine.sync('shop', { initiatedBy: 'ada' })
  await system.until('the second', async () => (await fleet.value('a')) === 'two')
  await system.healthy('shop')

  await fleet.engine.sync('shop', { initiatedBy: 'ada', revision: first })
  await system.until('the first again', async () => (await fleet.value('a')) === 'one')
  await system.until('the verdict', () => system.app('shop')?.sync.status === 'OutOfSync')
  expect(system.app('shop')?.syncedRevision).toBe(first)
  await expect(fleet.engine.sync('shop', { initiatedBy: 'ada', revision: 'nowhere' })).rejects.toMatchObject({
    reason: 'RevisionNotFound',
  })
  await expect(fleet.engine.sync(fleet.repository.name, { initiatedBy: 'ada', revision: first })).rejects.toThrow(
    'automated sync is on',
  )
})

test('a sync that cannot start is answered with the reason', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await manualFleet(directory.path, cluster)
  await using _system = fleet.system
  await fleet.repository.commit({ 'shop/a.yaml': 'a: [' })
  await fleet.engine.refresh('shop', { hard: false })
  await expect(fleet.engine.sync('shop', { initiatedBy: 'ada' })).rejects.toMatchObject({ reason: 'ManifestInvalid' })
})
