/** Deletes that ask: too many at once, and what holds data. */
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

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`
const claim = (annotation = '') => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data${annotation} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`
const names = Array.from({ length: 20 }, (_, index) => `c${index}`)
const many = Object.fromEntries(names.map((name) => [`k8s/${name}.yaml`, configMap(name)]))
const without = (count: number) => Object.fromEntries(names.slice(0, count).map((name) => [`k8s/${name}.yaml`, null]))

test('a commit that deletes more than the budget waits, says how many, and goes on when approved', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository(many)
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  const { system: engine } = system.context
  const { name } = repository
  await system.healthy(name)
  const count = async () => {
    const found = await Promise.all(names.map((one) => cluster.get({ group: '', kind: 'ConfigMap' }, 'default', one)))
    return found.filter((one) => one !== undefined).length
  }

  await repository.commit(without(6), 'Six go: inside the budget of 30 %')
  engine.webhook([repository.url])
  await system.until('six less', async () => (await count()) === 14)
  await system.healthy(name)

  await repository.commit(without(12), 'Six more of fourteen')
  engine.webhook([repository.url])
  await system.until('the refusal', () => system.app(name)?.reason === 'DeletionGuard')
  const message = system.app(name)?.message ?? ''
  expect(message).toContain('6 of 14 objects would be deleted, the guard allows 5 (30 %, at least 5)')
  expect(await count()).toBe(14)
  const plan = /--plan (\w+)/.exec(message)?.[1] ?? ''

  await expect(engine.approve(name, { plan: 'other', initiatedBy: 'ada' })).rejects.toThrow(
    `what would be deleted changed, it is ConfigMap default/`,
  )
  await engine.approve(name, { plan, initiatedBy: 'ada' })
  await system.until('the deletes', async () => (await count()) === 8)
  await system.healthy(name)
  await expect(engine.approve(name, { plan, initiatedBy: 'ada' })).rejects.toThrow('none wait for it')
})

test('what holds data asks for itself, also when its application is removed; an annotation opts out', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'apps/note.yaml': configMap('note') })
  const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, finalizers: [resources-finalizer.argocd.argoproj.io] }
spec:
  project: default
  source: { repoURL: "${repository.url}", path: shop, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  syncPolicy: { automated: { prune: true, selfHeal: true } }
`
  await repository.commit({ 'apps/shop.yaml': application, 'shop/a.yaml': configMap('a'), 'shop/data.yaml': claim() })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  const { system: engine } = system.context
  await system.healthy('shop')
  const data = () => cluster.get({ group: '', kind: 'PersistentVolumeClaim' }, 'default', 'data')

  await repository.commit({ 'shop/data.yaml': null }, 'No data')
  engine.webhook([repository.url])
  await system.until('the refusal', () => system.app('shop')?.reason === 'DeletionGuard')
  expect(system.app('shop')?.message).toContain(
    'PersistentVolumeClaim default/data, which holds data, would be deleted',
  )

  await repository.commit({ 'apps/shop.yaml': null }, 'No shop')
  engine.webhook([repository.url])
  await system.until('the refusal of the removal', () => system.app('shop')?.message.startsWith('Cannot delete shop'))
  expect(await data()).toBeDefined()

  await repository.commit({
    'apps/shop.yaml': application,
    'shop/data.yaml': claim(', annotations: { halcyon.dev/deletion: allowed }'),
  })
  engine.webhook([repository.url])
  await system.healthy('shop')
  await repository.commit({ 'apps/shop.yaml': null }, 'No shop')
  engine.webhook([repository.url])
  await system.until('the application to be gone', () => system.app('shop') === undefined)
  await system.until('the claim to be gone', async () => (await data()) === undefined)
})
