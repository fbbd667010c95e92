/** `sync --dry-run`: the server is asked about everything, and nothing is written. */
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
