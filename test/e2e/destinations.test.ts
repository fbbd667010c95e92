/** One fleet on two clusters: named by a kubeconfig context, and by Argo CD's cluster Secrets as they come, change and go. */
import { expect, test } from 'vitest'
import type { Connection } from '../../src/kube/connection.ts'
import { createRepository } from '../support/git-server.ts'
import { application, configMap } from '../support/manifests.ts'
import {
  type Cluster,
  type RunningSystem,
  startCluster,
  startSystem,
  temporaryDirectory,
} from '../support/start-system.ts'

const configMaps = { group: '', kind: 'ConfigMap' }

async function apply(
  cluster: Cluster,
  object: Record<string, unknown> & {
    apiVersion: string
    kind: string
    metadata: { name: string; namespace?: string }
  },
): Promise<void> {
  const resource = (await cluster.client.discovery()).resource({ group: '', kind: object.kind })
  if (resource === undefined) throw new Error(`the cluster serves no ${object.kind}`)
  await cluster.client.apply(resource, object, { fieldManager: 'test', force: true })
}

/** As `argocd cluster add` writes it. */
function clusterSecret(name: string, connection: Connection, token?: string) {
  const { identity } = connection
  const config = {
    bearerToken: token ?? (identity.type === 'token' ? identity.token : ''),
    tlsClientConfig: { caData: Buffer.from(connection.tls.ca ?? '').toString('base64') },
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `cluster-${name}`,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
    },
    stringData: { name, server: connection.server, config: JSON.stringify(config) },
  }
}

async function has(cluster: Cluster, name: string): Promise<boolean> {
  return (await cluster.get(configMaps, 'default', name)) !== undefined
}

async function saysUnknown(system: RunningSystem, name: string): Promise<string> {
  const view = await system.until(`${name} to say why`, () =>
    system.app(name)?.reason === 'ClusterUnknown' ? system.app(name) : undefined,
  )
  return view.message
}

test('a kubeconfig context is a destination by its name and by its server', async () => {
  using directory = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using other = await startCluster(elsewhere.path)
  const repository = await createRepository(directory.path, 'fleet', {
    'a/a.yaml': configMap('a', 'x'),
    'b/b.yaml': configMap('b', 'x'),
    'c/c.yaml': configMap('c', 'x'),
  })
  const { server } = other.connection
  await repository.commit({
    'apps/a.yaml': application('a', repository.path, 'a'),
    'apps/b.yaml': application('b', repository.path, 'b', '{ name: eu, namespace: default }'),
    'apps/c.yaml': application('c', repository.path, 'c', `{ server: "${server}/", namespace: default }`),
  })
  const eu = { ...other.connection, name: 'eu' }
  await using system = await startSystem({
    directory: directory.path,
    cluster,
    repo: repository.path,
    path: 'apps',
    others: () => [eu],
  })
  for (const name of ['a', 'b', 'c']) await system.healthy(name)

  expect([await has(cluster, 'a'), await has(cluster, 'b'), await has(cluster, 'c')]).toEqual([true, false, false])
  expect([await has(other, 'a'), await has(other, 'b'), await has(other, 'c')]).toEqual([false, true, true])
  expect(system.app('c')?.destination.cluster).toBe('eu')
})

test('cluster Secrets: one that appears is used without a restart, by name and server; one that goes is unknown', async () => {
  using directory = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using other = await startCluster(elsewhere.path)
  await apply(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } })
  const repository = await createRepository(directory.path, 'fleet', {
    'here/here.yaml': configMap('here', 'x'),
    'b/b.yaml': configMap('b', 'x'),
    'c/c.yaml': configMap('c', 'x'),
  })
  const { server } = other.connection
  await repository.commit({
    'apps/here.yaml': application('here', repository.path, 'here'),
    'apps/b.yaml': application('b', repository.path, 'b', '{ name: eu, namespace: default }'),
    'apps/c.yaml': application('c', repository.path, 'c', `{ server: "${server}", namespace: default }`),
  })
  const options = { directory: directory.path, cluster, repo: repository.path, path: 'apps' }
  {
    await using system = await startSystem(options)
    await system.healthy('here')
    expect(await saysUnknown(system, 'b')).toBe('Cannot find cluster eu: known here are sandbox')
    expect(await saysUnknown(system, 'c')).toBe(
      `Cannot find cluster ${server}: known here are ${cluster.connection.server} (sandbox)`,
    )

    await apply(cluster, clusterSecret('eu', other.connection, 'wrong'))
    await system.until(
      'the refusal',
      () => system.app('b')?.reason === 'ClusterUnavailable' || system.app('b')?.reason === 'ClusterRefused',
    )
    expect(system.app('b')?.message).toMatch(/cluster eu: the API server \S+ does not accept the credentials/)
    await apply(cluster, clusterSecret('eu', other.connection))
    await system.healthy('b')
    await system.healthy('c')
    expect([await has(other, 'b'), await has(other, 'c'), await has(cluster, 'b')]).toEqual([true, true, false])
  }

  await using system = await startSystem(options)
  await system.healthy('b')
  expect(system.context.system.statistics().requests.mutating).toBe(0)
  // Its events reach the application although the name of the cluster was not known when the process began.
  const resource = (await other.client.discovery()).resource(configMaps)
  if (resource === undefined) throw new Error('the cluster serves no ConfigMaps')
  await other.client.delete(resource, { namespace: 'default', name: 'b' })
  await system.until('the heal', () => has(other, 'b'))
  await system.healthy('b')

  const secrets = (await cluster.client.discovery()).resource({ group: '', kind: 'Secret' })
  if (secrets === undefined) throw new Error('the cluster serves no Secrets')
  await cluster.client.delete(secrets, { namespace: 'argocd', name: 'cluster-eu' })
  expect(await saysUnknown(system, 'b')).toBe('Cannot find cluster eu: known here are sandbox')
  await system.healthy('here')
  expect(await has(other, 'b')).toBe(true)
})

test('a cluster Secret that cannot be read is said without its content, and the others count', async () => {
  using directory = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using other = await startCluster(elsewhere.path)
  await apply(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } })
  const broken = clusterSecret('us', other.connection)
  await apply(cluster, { ...broken, stringData: { ...broken.stringData, config: '{"bearerToken": "top-secret' } })
  await apply(cluster, clusterSecret('eu', other.connection))
  const repository = await createRepository(directory.path, 'fleet', { 'b/b.yaml': configMap('b', 'x') })
  await repository.commit({
    'apps/b.yaml': application('b', repository.path, 'b', '{ name: eu, namespace: default }'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
  await system.healthy('b')
  const [event] = await system.context.system.events({ types: ['ClusterSecretUnreadable'] })
  expect(event?.message).toBe('Cannot read cluster Secret argocd/cluster-us: "config" is not a JSON object')
})
