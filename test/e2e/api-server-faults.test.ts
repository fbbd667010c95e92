/** An API server that fails in every way it can: each is one clear line, other applications go on, and all is made up for afterwards. */
import { expect, test } from 'vitest'
import { createRepository } from '../support/git-server.ts'
import { application, configMap } from '../support/manifests.ts'
import {
  type Cluster,
  type RunningSystem,
  startCluster,
  startSystem,
  temporaryDirectory,
} from '../support/start-system.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const configMaps = { group: '', kind: 'ConfigMap' }

function refusal(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }
}

async function valueIn(cluster: Cluster, name: string): Promise<string | undefined> {
  const found = await cluster.get(configMaps, 'default', name)
  return (found?.['data'] as { value?: string } | undefined)?.value
}

async function twoApplications(directory: string) {
  const repository = await createRepository(directory, 'fleet', {
    'one/one.yaml': configMap('one', 'first'),
    'two/two.yaml': configMap('two', 'first'),
  })
  const apps = ['one', 'two'].map((name) => application(name, repository.path, name)).join('---\n')
  await repository.commit({ 'apps/apps.yaml': apps }, 'Applications')
  return repository
}

async function bothHealthy(system: RunningSystem): Promise<void> {
  await system.healthy('one', 60)
  await system.healthy('two', 60)
}

const faults = [
  {
    name: 'throttled',
    answer: { status: 429, headers: { 'retry-after': '1' }, body: refusal(429, 'TooManyRequests', 'too many') },
    reason: 'ClusterUnavailable',
    says: 'answered 429: too many',
  },
  {
    name: 'failing',
    answer: { status: 500, body: refusal(500, 'InternalError', 'etcd has no leader') },
    reason: 'ClusterUnavailable',
    says: 'answered 500: etcd has no leader',
  },
  {
    name: 'cut',
    answer: 'reset' as const,
    reason: 'ClusterUnavailable',
    says: 'closed the connection before it answered',
  },
  {
    name: 'forbidden',
    answer: { status: 403, body: refusal(403, 'Forbidden', 'user halcyon may not') },
    reason: 'ClusterRefused',
    says: 'forbids it: user halcyon may not',
  },
  {
    name: 'unknown-user',
    answer: { status: 401, body: refusal(401, 'Unauthorized', 'Unauthorized') },
    reason: 'ClusterRefused',
    says: 'does not accept the credentials (401 Unauthorized)',
  },
]

test('429 with Retry-After, 500, a closed connection, 403 and 401: each application says its own, another goes on', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const names = [...faults.map((fault) => fault.name), 'well']
  const all = (value: string) =>
    Object.fromEntries(names.map((name) => [`${name}/${name}.yaml`, configMap(name, value)]))
  const repository = await createRepository(directory.path, 'fleet', all('first'))
  await repository.commit({
    'apps/apps.yaml': names.map((name) => application(name, repository.path, name)).join('---\n'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
  for (const name of names) await system.healthy(name)

  const throttledAt: number[] = []
  cluster.sandbox.intercept((request) => {
    const fault = faults.find(({ name }) => request.path.endsWith(`/configmaps/${name}`))
    if (fault === undefined || request.method !== 'PATCH') return undefined
    if (fault.name === 'throttled') throttledAt.push(performance.now())
    return fault.answer
  })
  await repository.commit(all('second'), 'Second')
  await system.until('the other application', async () => (await valueIn(cluster, 'well')) === 'second')
  for (const { name, reason, says } of faults) {
    const broken = await system.until(`${name} to say why`, () =>
      system.app(name)?.reason ? system.app(name) : undefined,
    )
    expect(broken).toMatchObject({ reason, sync: { status: 'OutOfSync' }, health: { status: 'Healthy' } })
    const server = cluster.connection.server
    expect(broken.message).toBe(
      `Cannot sync ${name}: ConfigMap default/${name} in sandbox: the API server ${server} ${says} (nothing was written)`,
    )
    // While it is being tried again, that is what `why` says.
    await system.until(`why ${name}`, async () =>
      (await system.context.system.why(name)).headline.includes(broken.message),
    )
  }
  // The server named the pause; a second request within it would be a defect whatever the machine's load.
  const pauses = throttledAt.slice(1).map((at, index) => at - (throttledAt[index] ?? 0))
  expect(Math.min(...pauses)).toBeGreaterThan(990)

  cluster.sandbox.intercept(undefined)
  for (const name of names) {
    await system.until(`the change of ${name}`, async () => (await valueIn(cluster, name)) === 'second')
    await system.healthy(name)
    expect(system.app(name)).toMatchObject({ reason: '', message: '' })
  }
})

test('watches that the server closes are taken up again; a version that is gone by then (410) leads to a new list', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using proxy = await startTcpProxy(cluster.connection.server)
  const repository = await twoApplications(directory.path)
  await using system = await startSystem({
    directory: directory.path,
    cluster: { ...cluster, connection: { ...cluster.connection, server: proxy.url } },
    repo: repository.path,
    path: 'apps',
  })
  await bothHealthy(system)
  const resource = (await cluster.client.discovery()).resource(configMaps)
  if (resource === undefined) throw new Error('the cluster serves no ConfigMaps')
  const drift = (value: string) =>
    cluster.client.patch(
      resource,
      { namespace: 'default', name: 'one' },
      { data: { value } },
      { fieldManager: 'kubectl-edit' },
    )

  cluster.sandbox.closeWatches()
  await drift('edited once')
  await system.until('the heal', async () => (await valueIn(cluster, 'one')) === 'first')

  await proxy.refuse()
  // A change and an object that is gone, without anybody having seen it; and a server that remembers neither.
  await drift('edited unseen')
  await cluster.client.delete(resource, { namespace: 'default', name: 'two' })
  const asked: string[] = []
  cluster.sandbox.intercept((request) => {
    // Of all namespaces: what is followed, and not the settings.
    if (request.path !== '/api/v1/configmaps' || request.method !== 'GET') return undefined
    asked.push(request.query.has('watch') ? 'watch' : 'list')
    const forgotten = asked.length === 1 && asked[0] === 'watch'
    return forgotten ? { status: 410, body: refusal(410, 'Expired', 'too old resource version') } : undefined
  })
  await proxy.restore()

  await system.until('the heal after the list', async () => (await valueIn(cluster, 'one')) === 'first', 60)
  await system.until('the lost object', async () => (await valueIn(cluster, 'two')) === 'first', 60)
  await bothHealthy(system)
  expect(asked.slice(0, 3)).toEqual(['watch', 'list', 'watch'])
})

test('an API server that refuses connections is said once per application and changes nothing; when it is back, so is everything', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using proxy = await startTcpProxy(cluster.connection.server)
  const repository = await twoApplications(directory.path)
  await using system = await startSystem({
    directory: directory.path,
    cluster: { ...cluster, connection: { ...cluster.connection, server: proxy.url } },
    repo: repository.path,
    path: 'apps',
  })
  await bothHealthy(system)

  await proxy.refuse()
  await repository.commit({
    'one/one.yaml': configMap('one', 'second'),
    'two/two.yaml': null,
    'two/b.yaml': configMap('b', 'x'),
  })
  const broken = await system.until(
    'the line',
    () => (system.app('one')?.reason && system.app('two')?.reason ? system.app('one') : undefined),
    60,
  )
  expect(broken.reason).toBe('ClusterUnavailable')
  expect(broken.message).toMatch(/in sandbox: the API server \S+ refused the connection \(nothing was written\)$/)
  expect(await valueIn(cluster, 'two')).toBe('first')

  await proxy.restore()
  await system.until('the change', async () => (await valueIn(cluster, 'one')) === 'second', 60)
  await system.until('the prune', async () => (await valueIn(cluster, 'two')) === undefined, 60)
  await bothHealthy(system)
  const failures = await system.context.system.events({ application: 'one', types: ['SyncFailed', 'ReconcileFailed'] })
  expect(new Set(failures.map((event) => event.message)).size).toBe(failures.length)
  const outage = await system.context.system.events({ types: ['ClusterUnreachable', 'ClusterReachable'] })
  expect(outage.map((event) => event.type)).toEqual(['ClusterUnreachable', 'ClusterReachable'])
})

test('an API server that answers late is waited for', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using proxy = await startTcpProxy(cluster.connection.server)
  proxy.delayMs = 150
  const repository = await twoApplications(directory.path)
  await using system = await startSystem({
    directory: directory.path,
    cluster: { ...cluster, connection: { ...cluster.connection, server: proxy.url } },
    repo: repository.path,
    path: 'apps',
  })
  await bothHealthy(system)
  expect(await system.context.system.events({ types: ['SyncFailed', 'ReconcileFailed'] })).toEqual([])
})

test('an API server that is away at the start is said, and taken in when it comes', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using proxy = await startTcpProxy(cluster.connection.server)
  await proxy.refuse()
  const repository = await createRepository(directory.path, 'fleet', { 'k8s/one.yaml': configMap('one', 'first') })
  await using system = await startSystem({
    directory: directory.path,
    cluster: { ...cluster, connection: { ...cluster.connection, server: proxy.url } },
    repo: repository.path,
    path: 'k8s',
  })
  const broken = await system.until(
    'the line',
    () => (system.app('fleet')?.reason ? system.app('fleet') : undefined),
    60,
  )
  expect(broken.message).toMatch(/^Cannot open cluster sandbox: the API server \S+ refused the connection$/)

  await proxy.restore()
  await system.healthy('fleet', 60)
})

test('a kind that may not be listed at first is listed when it may be', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, {
    intercept: (request) => (request.path.endsWith('/configmaps') ? { status: 403 } : undefined),
  })
  const repository = await createRepository(directory.path, 'fleet', { 'k8s/one.yaml': configMap('one', 'first') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  await system.until('the refusal', () => system.app('fleet')?.reason === 'ClusterRefused')

  cluster.sandbox.intercept(undefined)
  await system.healthy('fleet')
})
