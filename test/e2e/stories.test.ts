import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { application, configMap, deployment, hookJob } from '../support/manifests.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const deployments = { group: 'apps', kind: 'Deployment' }
const configMaps = { group: '', kind: 'ConfigMap' }

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

async function valueIn(cluster: Awaited<ReturnType<typeof startCluster>>, name: string): Promise<string | undefined> {
  const found = await cluster.get(configMaps, 'default', name)
  return (found?.['data'] as { value?: string } | undefined)?.value
}

test('a commit reaches the cluster, a change follows it, and what leaves Git is pruned', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'k8s/a.yaml': configMap('a', 'one'),
    'k8s/b.yaml': configMap('b', 'one'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  const name = repository.name
  await system.healthy(name)
  expect(await valueIn(cluster, 'a')).toBe('one')

  await repository.commit({ 'k8s/a.yaml': configMap('a', 'two'), 'k8s/b.yaml': null }, 'Change a, remove b')
  system.context.system.webhook([repository.url])

  await system.until('the change', async () => (await valueIn(cluster, 'a')) === 'two')
  await system.until('the prune', async () => (await cluster.get(configMaps, 'default', 'b')) === undefined)
  await system.healthy(name)
})

test('drift is healed, and a second look at what is in sync sends no request that writes', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/a.yaml': configMap('a', 'wanted') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  await system.healthy(repository.name)

  const resource = (await cluster.client.discovery()).resource(configMaps)
  if (resource === undefined) throw new Error('the sandbox serves no ConfigMaps')
  await cluster.client.patch(
    resource,
    { namespace: 'default', name: 'a' },
    { data: { value: 'edited' } },
    { fieldManager: 'kubectl-edit' },
  )
  await system.until('the heal', async () => (await valueIn(cluster, 'a')) === 'wanted')
  await system.healthy(repository.name)

  const before = system.context.system.statistics().requests.mutating
  await system.context.system.refresh(undefined, { hard: true })
  await system.context.system.settled()
  expect(system.context.system.statistics().requests.mutating).toBe(before)
  await cluster.client.delete(resource, { namespace: 'default', name: 'a' })
  await system.until('the object to be back', async () => (await valueIn(cluster, 'a')) === 'wanted')
})

test('waves wait for health, and a hook runs before them', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'k8s/hook.yaml': hookJob('migrate', 'PreSync'),
    'k8s/database.yaml': deployment('database', 'registry.example.com/database:v1'),
    'k8s/web.yaml': configMap('web', 'one', '  annotations: { argocd.argoproj.io/sync-wave: "1" }\n'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  await system.healthy(repository.name)

  const born = async (group: string, kind: string, name: string) => {
    const found = await cluster.get({ group, kind }, 'default', name)
    return { at: found?.metadata.creationTimestamp ?? '', uid: found?.metadata.uid }
  }
  const job = await born('batch', 'Job', 'migrate')
  const database = await born('apps', 'Deployment', 'database')
  const web = await born('', 'ConfigMap', 'web')
  expect(job.uid).toBeDefined()
  expect(job.at <= database.at && database.at <= web.at).toBe(true)
  const events = await system.context.system.events({ application: repository.name })
  expect(events.map((event) => event.type)).toContain('SyncSucceeded')
})

test('a commit that never becomes healthy is explained, and the fix overtakes it without a person', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  await system.healthy(repository.name)

  await repository.commit({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:v2-missing') }, 'Bump web')
  await system.until('the cause', async () => {
    const answer = await system.context.system.why(repository.name)
    return answer.cause?.reason === 'ImagePullBackOff' || answer.cause?.reason === 'ErrImagePull'
  })
  const answer = await system.context.system.why(repository.name)
  expect(answer.change?.subject).toBe('Bump web')
  expect(system.app(repository.name)?.operation?.phase).toBe('Running')

  await repository.commit({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:v3') }, 'Fix web')
  await system.healthy(repository.name)
  const history = await system.context.system.history(repository.name, 5)
  expect(history.map((entry) => entry.phase).slice(0, 2)).toEqual(['Succeeded', 'Terminated'])
})

test('a broken application says why in one line and the others go on', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'good/a.yaml': configMap('good', 'one'),
    'bad/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [unclosed\n',
    'unknown/a.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata:\n  name: one\n',
  })
  const apps = ['good', 'bad', 'unknown', 'absent']
    .map((name) => application(name, repository.path, name))
    .join('---\n')
  await repository.commit({ 'apps/apps.yaml': apps }, 'Applications')
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
  await system.healthy('good')
  const reasonOf = (name: string) => system.until(`${name} to say why`, () => system.app(name)?.reason || undefined)

  expect(await reasonOf('bad')).toBe('ManifestInvalid')
  expect(system.app('bad')?.message).toMatch(/bad\/a\.yaml:\d+/)
  expect(await reasonOf('unknown')).toBe('KindUnknown')
  expect(await reasonOf('absent')).toBe('PathNotFound')
})

test('an application that leaves Git goes with its objects', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'one/a.yaml': configMap('one', 'x'),
    'two/a.yaml': configMap('two', 'x'),
  })
  await repository.commit({
    'apps/one.yaml': application('one', repository.path, 'one'),
    'apps/two.yaml': application('two', repository.path, 'two'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
  await system.healthy('one')
  await system.healthy('two')

  await repository.commit({ 'apps/two.yaml': null }, 'Remove two')
  await system.until('two to be gone', () => system.app('two') === undefined)

  expect(await cluster.get(configMaps, 'default', 'two')).toBeUndefined()
  expect(await valueIn(cluster, 'one')).toBe('x')
})

test('an API server that fails and a Git host that is away change nothing, and both are made up for when they return', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/a.yaml': configMap('a', 'one') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  await system.healthy(repository.name)

  await git.stop()
  await repository.commit({ 'k8s/a.yaml': configMap('a', 'two') }, 'While Git is away')
  system.context.system.webhook([repository.url])
  await system.until(
    'the failed fetch',
    async () => (await system.context.system.events({ types: ['FetchFailed'] })).length > 0,
  )
  expect(await valueIn(cluster, 'a')).toBe('one')

  let refused = 0
  cluster.sandbox.intercept((request) => {
    if (request.method !== 'PATCH' || refused >= 3) return undefined
    refused++
    return { status: 503, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 503, message: 'away' } }
  })
  await git.start()
  system.context.system.webhook([repository.url])

  await system.until('the change', async () => (await valueIn(cluster, 'a')) === 'two', 60)
  await system.healthy(repository.name)
  expect(refused).toBe(3)
})

test('a process that is gone in the middle of a sync is taken up by the next, and no hook runs twice', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'k8s/hook.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations: { argocd.argoproj.io/hook: PreSync }\n`,
    'k8s/web.yaml': deployment(
      'web',
      'registry.example.com/web:v1',
      '      annotations: { sandbox.halcyon.dev/scenario: "slow-start=4" }\n',
    ),
    'k8s/last.yaml': configMap('last', 'x', '  annotations: { argocd.argoproj.io/sync-wave: "1" }\n'),
  })
  const options = { directory: directory.path, cluster, repo: repository.path, path: 'k8s' }
  {
    await using first = await startSystem(options)
    await first.until('the Deployment', async () => (await cluster.get(deployments, 'default', 'web')) !== undefined)
  }
  const hook = await cluster.get(configMaps, 'default', 'hook')
  expect(await valueIn(cluster, 'last')).toBeUndefined()

  await using second = await startSystem(options)
  await second.healthy(repository.name)

  expect(await valueIn(cluster, 'last')).toBe('x')
  expect((await cluster.get(configMaps, 'default', 'hook'))?.metadata.uid).toBe(hook?.metadata.uid)
})

test('read-only computes everything, children included, and writes nothing', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'one/a.yaml': configMap('one', 'x') })
  await repository.commit({ 'apps/one.yaml': application('one', repository.path, 'one') })
  await using system = await startSystem({
    directory: directory.path,
    cluster,
    repo: repository.path,
    path: 'apps',
    config: { readOnly: true },
  })

  await system.until('the child to be compared', () => system.app('one')?.sync.status === 'OutOfSync')

  expect((await system.context.system.plan('one')).changes.map((change) => change.action)).toEqual(['create'])
  expect(system.context.system.statistics().requests.mutating).toBe(0)
  expect(await cluster.get(configMaps, 'default', 'one')).toBeUndefined()
})

test('a transport that runs commands is refused and said, and so is a path without manifests', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'README.md': 'nothing here' })
  await repository.commit({ 'apps/evil.yaml': application('evil', 'ext::sh -c id', '.') })
  {
    await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
    expect(await system.until('evil to say why', () => system.app('evil')?.reason || undefined)).toBe(
      'RepositoryRefused',
    )
  }
  await using system = await startSystem({ directory: directory.path, cluster, repo: directory.path, path: 'sandbox' })
  const [root] = await system.until('the root', () =>
    system.context.system.applications()[0]?.reason ? system.context.system.applications() : undefined,
  )
  expect(root?.reason).not.toBe('')
})
