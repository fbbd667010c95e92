/** An application leaves Git: its hooks, its objects, in order; and what a failing hook holds back. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const jobs = { group: 'batch', kind: 'Job' }
const configMaps = { group: '', kind: 'ConfigMap' }

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

function application(repoURL: string, finalizer: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  finalizers: [${finalizer}]
spec:
  project: default
  source: { repoURL: "${repoURL}", path: shop, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { backoff: { duration: 1s, maxDuration: 1s } } }
`
}

function job(name: string, phase: string, command: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: { argocd.argoproj.io/hook: ${phase} }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: run, image: "busybox:1", command: [sh, -c, "${command}"] }]
`
}

/** The root never becomes empty: an empty one would be held back by its guard. */
const note = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\n'
const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { a: b }\n'

function createdAt(object: { metadata: { creationTimestamp?: string } } | undefined): number {
  return Date.parse(object?.metadata.creationTimestamp ?? '')
}

test('PreDelete hooks run before the objects go, PostDelete hooks after, and none in a sync', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({})
  await repository.commit({
    'apps/shop.yaml': application(repository.url, 'resources-finalizer.argocd.argoproj.io'),
    'apps/note.yaml': note,
    'shop/settings.yaml': settings,
    'shop/before.yaml': job('before', 'PreDelete', 'echo backup'),
    'shop/after.yaml': job('after', 'PostDelete', 'echo bye'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  await system.healthy('shop')
  expect(await cluster.get(jobs, 'default', 'before')).toBeUndefined()

  // The hooks leave Git together with the application: they are read from the revision that was applied.
  await repository.commit(
    {
      'apps/shop.yaml': null,
      'shop/settings.yaml': null,
      'shop/before.yaml': null,
      'shop/after.yaml': null,
    },
    'Remove shop',
  )
  system.context.system.webhook([repository.url])
  await system.until('the application to be gone', () => system.app('shop') === undefined)

  expect(await cluster.get(configMaps, 'default', 'settings')).toBeUndefined()
  const [before, after] = [await cluster.get(jobs, 'default', 'before'), await cluster.get(jobs, 'default', 'after')]
  expect(before?.['status']).toMatchObject({ succeeded: 1 })
  expect(after?.['status']).toMatchObject({ succeeded: 1 })
  expect(createdAt(before)).toBeLessThanOrEqual(createdAt(after))
})

test('a PreDelete hook that fails keeps the objects, says so, and is tried again', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({})
  await repository.commit({
    'apps/shop.yaml': application(repository.url, 'resources-finalizer.argocd.argoproj.io/background'),
    'apps/note.yaml': note,
    'shop/settings.yaml': settings,
    'shop/before.yaml': job('before', 'PreDelete', 'echo no room left; exit 3'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  await system.healthy('shop')

  await repository.commit({ 'apps/shop.yaml': null }, 'Remove shop')
  system.context.system.webhook([repository.url])
  await system.until('the failure', () => system.app('shop')?.reason === 'HookFailed')
  const first = await cluster.get(jobs, 'default', 'before')
  expect(await cluster.get(configMaps, 'default', 'settings')).toBeDefined()

  await system.until('another try', async () => {
    const next = await cluster.get(jobs, 'default', 'before')
    return next !== undefined && next.metadata.uid !== first?.metadata.uid
  })
  expect(await cluster.get(configMaps, 'default', 'settings')).toBeDefined()
  expect(system.app('shop')?.message).toContain('before')
})

test('without a finalizer the objects stay', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({})
  await repository.commit({
    'apps/shop.yaml': application(repository.url, 'example.com/unrelated'),
    'apps/note.yaml': note,
    'shop/settings.yaml': settings,
    'shop/before.yaml': job('before', 'PreDelete', 'true'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  await system.healthy('shop')

  await repository.commit({ 'apps/shop.yaml': null }, 'Remove shop')
  system.context.system.webhook([repository.url])
  await system.until('the application to be gone', () => system.app('shop') === undefined)

  expect(await cluster.get(configMaps, 'default', 'settings')).toBeDefined()
  expect(await cluster.get(jobs, 'default', 'before')).toBeUndefined()
})
