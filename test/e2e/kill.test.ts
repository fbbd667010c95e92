/** The real process, ended by SIGKILL in the middle of a sync, and started again: it converges, no hook runs twice, nothing is lost. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository } from '../support/git-server.ts'
import { type HalcyonProcess, runHalcyon, startHalcyon, untilApi } from '../support/halcyon-process.ts'
import { configMap, deployment, hookJob } from '../support/manifests.ts'
import { type Cluster, startCluster, temporaryDirectory } from '../support/start-system.ts'

const jobs = { group: 'batch', kind: 'Job' }
const inWaveOne = '  annotations: { argocd.argoproj.io/sync-wave: "1" }\n'
const neverReady = '      annotations: { sandbox.halcyon.dev/scenario: "never-ready" }\n'
const startsSlowly = '      annotations: { sandbox.halcyon.dev/scenario: "slow-start=5" }\n'
const files = {
  'k8s/before.yaml': hookJob('before', 'PreSync'),
  'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1'),
  'k8s/last.yaml': configMap('last', 'x', inWaveOne),
  'k8s/after.yaml': hookJob('after', 'PostSync'),
}

/** Where the process dies: at a request for an object, as a dry run or not, and whether the server still carries it out. */
interface Moment {
  readonly object: string
  readonly dryRun: boolean
  readonly carriedOut: boolean
}

const moments: readonly Moment[] = [
  // The dry run asks before the hook is journalled.
  { object: 'jobs/before', dryRun: true, carriedOut: true },
  // Journalled, and the server never heard of it; then: created, and the answer never came.
  { object: 'jobs/before', dryRun: false, carriedOut: false },
  { object: 'jobs/before', dryRun: false, carriedOut: true },
  { object: 'deployments/web', dryRun: false, carriedOut: false },
  { object: 'deployments/web', dryRun: false, carriedOut: true },
  // Between the waves.
  { object: 'configmaps/last', dryRun: false, carriedOut: false },
  { object: 'jobs/after', dryRun: false, carriedOut: false },
  { object: 'jobs/after', dryRun: false, carriedOut: true },
]

/** Collects the uid of every Job there ever was, by name. Ends when disposed. */
async function watchJobs(cluster: Cluster): Promise<AsyncDisposable & { readonly uids: Map<string, Set<string>> }> {
  const uids = new Map<string, Set<string>>()
  const stop = new AbortController()
  const resource = (await cluster.client.discovery()).resource(jobs)
  if (resource === undefined) throw new Error('the cluster serves no Jobs')
  const watching = (async () => {
    for await (const event of cluster.client.watch(resource, { resourceVersion: '0' }, stop.signal)) {
      const { name = '', uid = '' } = event.object.metadata
      if (event.type === 'ADDED') uids.set(name, (uids.get(name) ?? new Set()).add(uid))
    }
  })().catch(() => {})
  return {
    uids,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watching
    },
  }
}

function upArguments(directory: string, cluster: Cluster, repo: string): string[] {
  const data = join(directory, 'data')
  return ['up', '--repo', repo, '--path', 'k8s', '--kubeconfig', cluster.kubeconfig, '--data', data]
}

/** Kills the process when it sends the request of the moment. */
function killAt(cluster: Cluster, moment: Moment, process: () => HalcyonProcess): void {
  let over = false
  cluster.sandbox.intercept((request) => {
    if (over || request.method !== 'PATCH' || !request.path.endsWith(`/${moment.object}`)) return undefined
    if (request.query.has('dryRun') !== moment.dryRun || !request.userAgent.startsWith('halcyon')) return undefined
    over = true
    process().kill()
    return moment.carriedOut ? undefined : 'reset'
  })
}

test.for(moments)('killed at $object (dry run: $dryRun, carried out: $carriedOut)', async (moment) => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  await using seen = await watchJobs(cluster)
  const repository = await createRepository(directory.path, 'fleet', files)
  const args = upArguments(directory.path, cluster, repository.path)

  await using first = startHalcyon(args)
  killAt(cluster, moment, () => first)
  expect((await first.finished).code).toBeUndefined()

  const second = await runHalcyon([...args, '--once', '-o', 'json'])
  expect(second).toMatchObject({ code: 0 })
  expect(JSON.parse(second.stdout).applications).toMatchObject([{ name: 'fleet', sync: 'Synced', health: 'Healthy' }])
  expect(await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', 'last')).toBeDefined()
  expect([...seen.uids].map(([name, uids]) => [name, uids.size])).toEqual([
    ['before', 1],
    ['after', 1],
  ])

  const third = await runHalcyon([...args, '--once', '-o', 'json'])
  expect(JSON.parse(third.stdout).requests.mutating).toBe(0)
})

test('killed while it waits for health; a commit made meanwhile is another operation, and its hooks run', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  await using seen = await watchJobs(cluster)
  const repository = await createRepository(directory.path, 'fleet', {
    ...files,
    'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1', neverReady),
  })
  const args = upArguments(directory.path, cluster, repository.path)
  {
    await using first = startHalcyon(args)
    await waitingForHealth(join(directory.path, 'data'))
    first.kill()
  }
  expect(seen.uids.get('before')?.size).toBe(1)

  await repository.commit({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:v2') }, 'Fix web')
  const second = await runHalcyon([...args, '--once', '-o', 'json'])

  expect(second).toMatchObject({ code: 0 })
  expect(seen.uids.get('before')?.size).toBe(2)
  expect(seen.uids.get('after')?.size).toBe(1)
})

test('killed while only health is awaited: the next process goes on waiting, writes nothing, and ends the operation in the records', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  const repository = await createRepository(directory.path, 'fleet', {
    'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1', startsSlowly),
  })
  const args = upArguments(directory.path, cluster, repository.path)
  {
    await using first = startHalcyon(args)
    await waitingForHealth(join(directory.path, 'data'))
    first.kill()
  }
  await using _second = startHalcyon(args)
  const data = join(directory.path, 'data')
  const ended = await untilApi(data, 'the end', async (api) => (await api.history('fleet'))[0])

  expect(ended).toMatchObject({ phase: 'Succeeded' })
  expect(await untilApi(data, 'the status', (api) => api.status())).toMatchObject({
    statistics: { requests: { mutating: 0 } },
  })
})

/** Until the process says over its API that it waits for the Deployment. */
async function waitingForHealth(dataDir: string): Promise<void> {
  await untilApi(dataDir, 'the wait for health', async (api) => {
    const [app] = await api.applications()
    return app?.operation?.waitingFor?.ref.kind === 'Deployment'
  })
}
