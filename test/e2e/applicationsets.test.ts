/** ApplicationSets in a running system: real Git, real templates, the sandbox as the cluster. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLogger } from '../../src/runtime/logger.ts'
import { openStore } from '../../src/store/open-store.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { type RunningSystem, startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const configMaps = { group: '', kind: 'ConfigMap' }

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

function configMap(name: string, value = 'x'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${JSON.stringify(value)}\n`
}

interface SetOptions {
  readonly repoURL: string
  readonly generators: string
  readonly more?: string
  readonly labels?: string
  readonly annotations?: string
}

/** Applications are named after the directory they are for. */
function applicationSet({ repoURL, generators, more = '', labels = '{}', annotations = '{}' }: SetOptions): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: envs, annotations: ${annotations} }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: ${generators}
${more}
  template:
    metadata: { name: '{{ .path.basename }}', labels: ${labels} }
    spec:
      project: default
      source: { repoURL: '${repoURL}', path: '{{ .path.path }}', targetRevision: main }
      destination: { server: https://kubernetes.default.svc, namespace: default }
      syncPolicy: { automated: { prune: true, selfHeal: true } }
`
}

function directories(repoURL: string): string {
  return `[{ git: { repoURL: '${repoURL}', revision: main, directories: [{ path: 'envs/*' }] } }]`
}

function eventTypes(system: RunningSystem): Promise<readonly string[]> {
  return system.context.system.events({ limit: 1000 }).then((events) => events.map((event) => event.type))
}

test('directories become applications; one that comes or goes is taken in or pruned', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const data = await git.createRepository({
    'envs/dev/a.yaml': configMap('dev'),
    'envs/prod/a.yaml': configMap('prod'),
    'envs/test/a.yaml': configMap('test'),
  })
  const fleet = await git.createRepository({
    'apps/set.yaml': applicationSet({ repoURL: data.path, generators: directories(data.path) }),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  await system.healthy('dev')
  await system.healthy('prod')
  await system.healthy('test')
  await system.healthy(fleet.name)
  expect(await cluster.get(configMaps, 'default', 'prod')).toBeDefined()

  await data.commit({ 'envs/test/a.yaml': null, 'envs/qa/a.yaml': configMap('qa') }, 'Replace test by qa')
  await system.healthy('qa')
  await system.until('test to be gone', () => system.app('test') === undefined)
  expect(await cluster.get(configMaps, 'default', 'test')).toBeUndefined()
  expect(await cluster.get(configMaps, 'default', 'dev')).toBeDefined()

  await fleet.commit({ 'apps/set.yaml': null, 'apps/other.yaml': configMap('other') }, 'Remove the set')
  await system.until('the applications to be gone', () => system.app('dev') === undefined && !system.app('qa'))
  expect(await cluster.get(configMaps, 'default', 'dev')).toBeUndefined()
})

test('a generator that fails deletes nothing and says so, over a restart too; what it finds afterwards counts', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const data = await git.createRepository({
    'envs/dev/a.yaml': configMap('dev'),
    'envs/prod/a.yaml': configMap('prod'),
  })
  const generators = (revision: string) =>
    `[{ git: { repoURL: '${data.path}', revision: ${revision}, directories: [{ path: 'envs/*' }] } }]`
  const fleet = await git.createRepository({
    'apps/set.yaml': applicationSet({ repoURL: data.path, generators: generators('main') }),
  })
  const start = () => startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  {
    await using system = await start()
    await system.healthy('dev')
    await system.healthy('prod')
    await fleet.commit(
      { 'apps/set.yaml': applicationSet({ repoURL: data.path, generators: generators('nowhere') }) },
      'Look at a branch that is not there',
    )
    await system.until('the failure', async () => (await eventTypes(system)).includes('ApplicationSetFailed'))
    await system.until('the parent to say it', () => {
      const root = system.app(fleet.name)
      return root?.health.status === 'Degraded' && root.health.message?.includes('generator 0 (git)')
    })
    expect(system.app('dev')).toMatchObject({ sync: { status: 'Synced' }, health: { status: 'Healthy' } })
  }
  await using system = await start()
  await system.until('the failure after the restart', () => system.app(fleet.name)?.health.status === 'Degraded')
  await system.healthy('dev')
  await system.healthy('prod')
  expect(await cluster.get(configMaps, 'default', 'prod')).toBeDefined()

  await data.git('branch', 'nowhere')
  await data.git('push', 'origin', 'nowhere')
  await system.until('the recovery', async () => (await eventTypes(system)).includes('ApplicationSetRecovered'))
  await system.healthy(fleet.name)
  await system.healthy('dev')
})

test('a set that was taken in but not remembered is taken in again by the next process', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const data = await git.createRepository({ 'envs/dev/a.yaml': configMap('dev') })
  const fleet = await git.createRepository({
    'apps/set.yaml': applicationSet({ repoURL: data.path, generators: directories(data.path) }),
  })
  const start = () => startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  {
    await using system = await start()
    await system.healthy('dev')
  }
  {
    await using store = await openStore(join(directory.path, 'data', 'store'), {
      clock: systemClock,
      logger: silentLogger,
    })
    await store.deleteApplication('applicationset/envs')
  }
  await data.commit({ 'envs/prod/a.yaml': configMap('prod') }, 'Add prod')
  await using system = await start()
  await system.healthy('prod')
  await system.healthy('dev')
})

test('a set that would lose all its applications waits for a person', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const data = await git.createRepository({
    'envs/dev/a.yaml': configMap('dev'),
    'envs/prod/a.yaml': configMap('prod'),
  })
  const fleet = await git.createRepository({
    'apps/set.yaml': applicationSet({ repoURL: data.path, generators: directories(data.path) }),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  await system.healthy('dev')
  await system.healthy('prod')

  await data.commit({ 'envs/dev/a.yaml': null, 'envs/prod/a.yaml': null, 'moved/dev/a.yaml': configMap('dev') }, 'Move')
  await system.until('the refusal', async () => (await eventTypes(system)).includes('ApplicationSetRefused'))
  expect(system.app('dev')).toBeDefined()
  expect(await cluster.get(configMaps, 'default', 'dev')).toBeDefined()

  const agreed = `{ halcyon.dev/max-delete: '2' }`
  await fleet.commit({
    'apps/set.yaml': applicationSet({
      repoURL: data.path,
      generators: directories(data.path),
      annotations: agreed,
    }),
  })
  await system.until('both to be gone', () => system.app('dev') === undefined && system.app('prod') === undefined)
})

test('cluster Secrets that cannot be listed are not "no clusters"; one that comes and one that goes count', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const secret = (name: string, env: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster', env },
      annotations: { folder: name },
    },
    stringData: { name, server: `https://${name}.example.com`, config: '{}' },
  })
  const discovery = await cluster.client.discovery()
  const secrets = discovery.resource({ group: '', kind: 'Secret' })!
  const namespaces = discovery.resource({ group: '', kind: 'Namespace' })!
  await cluster.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } })
  await cluster.client.create(secrets, secret('one', 'x'))
  await cluster.client.create(secrets, secret('two', 'x'))
  await cluster.client.create(secrets, secret('three', 'other'))
  const fleet = await git.createRepository(
    Object.fromEntries(['one', 'two', 'four'].map((name) => [`data/${name}/a.yaml`, configMap(name)])),
  )
  const generators = (more: string) => `[{ clusters: { selector: { matchLabels: { env: x } } } }${more}]`
  const manifest = (more = '') =>
    applicationSet({ repoURL: fleet.path, generators: generators(more) })
      .replaceAll('{{ .path.basename }}', '{{ .name }}')
      .replaceAll('{{ .path.path }}', 'data/{{ .metadata.annotations.folder }}')
  await fleet.commit({ 'apps/set.yaml': manifest() }, 'A set over clusters')
  await using system = await startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  await system.healthy('one')
  await system.healthy('two')
  expect(system.app('three')).toBeUndefined()

  cluster.sandbox.intercept((request) =>
    request.path === '/api/v1/namespaces/argocd/secrets'
      ? {
          status: 403,
          body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: 'Forbidden', message: 'no' },
        }
      : undefined,
  )
  await fleet.commit({ 'apps/set.yaml': manifest(', { list: { elements: [] } }') }, 'Look again')
  await system.until('the failure', async () => (await eventTypes(system)).includes('ApplicationSetFailed'))
  expect(system.app('one')).toMatchObject({ sync: { status: 'Synced' }, health: { status: 'Healthy' } })
  expect(await cluster.get(configMaps, 'default', 'two')).toBeDefined()

  cluster.sandbox.intercept(undefined)
  await cluster.client.create(secrets, secret('four', 'x'))
  await cluster.client.delete(secrets, { namespace: 'argocd', name: 'two' })
  await system.healthy('four')
  await system.until('two to be gone', () => system.app('two') === undefined)
  await system.healthy('one')
})

test('a pull request gets its own environment and loses it when closed; a host that is away closes none', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  let answer: { readonly status: number; readonly numbers: readonly number[] } = { status: 200, numbers: [1, 2] }
  const codeHost = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    const pulls = answer.numbers.map((number) => ({
      number,
      title: `PR ${number}`,
      user: { login: 'ann' },
      head: { ref: `pr-${number}`, sha: '0123456789abcdef' },
      base: { ref: 'main' },
      labels: [],
    }))
    response.end(JSON.stringify(pulls))
  })
  await new Promise<void>((resolve) => codeHost.listen(0, '127.0.0.1', resolve))
  await using _ = { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => codeHost.close(() => resolve())) }
  const api = `http://127.0.0.1:${(codeHost.address() as AddressInfo).port}`
  const fleet = await git.createRepository({ 'data/pr-1/a.yaml': '', 'data/pr-2/a.yaml': '', 'data/pr-3/a.yaml': '' })
  const files = [1, 2, 3].map((number) => [`data/pr-${number}/a.yaml`, configMap(`pr-${number}`)] as const)
  const generators = `[{ pullRequest: { github: { owner: org, repo: shop, api: '${api}' } } }]`
  await fleet.commit({
    ...Object.fromEntries(files),
    'apps/set.yaml': applicationSet({ repoURL: fleet.path, generators })
      .replaceAll('{{ .path.basename }}', 'preview-{{ .number }}')
      .replaceAll('{{ .path.path }}', 'data/{{ .branch_slug }}'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  const notify = () => system.context.system.webhook(['https://github.com/org/shop'])
  await system.healthy('preview-1')
  await system.healthy('preview-2')

  answer = { status: 503, numbers: [] }
  notify()
  await system.until('the failure', async () => (await eventTypes(system)).includes('ApplicationSetFailed'))
  expect(system.app('preview-1')).toMatchObject({ sync: { status: 'Synced' }, health: { status: 'Healthy' } })

  answer = { status: 200, numbers: [1, 3] }
  notify()
  await system.healthy('preview-3')
  await system.until('the closed one to be gone', () => system.app('preview-2') === undefined)
  expect(await cluster.get(configMaps, 'default', 'pr-2')).toBeUndefined()
  expect(await cluster.get(configMaps, 'default', 'pr-1')).toBeDefined()
})

test('a rollout goes on when a step is healthy', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const data = await git.createRepository({
    'envs/dev/a.yaml': configMap('dev', 'one'),
    'envs/prod/a.yaml': configMap('prod', 'one'),
  })
  const fleet = await git.createRepository({
    'apps/set.yaml': applicationSet({
      repoURL: data.path,
      generators: directories(data.path),
      labels: `{ env: '{{ .path.basename }}' }`,
      more: `  strategy:
    type: RollingSync
    rollingSync:
      steps:
        - matchExpressions: [{ key: env, operator: In, values: [dev] }]
        - matchExpressions: [{ key: env, operator: In, values: [prod] }]`,
    }),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: fleet.path, path: 'apps' })
  await system.healthy('dev')
  await system.healthy('prod')
  const [dev, prod] = [system.app('dev')?.operation, system.app('prod')?.operation]
  expect(dev?.initiatedBy).toBe('rollout')
  expect(Date.parse(prod?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(dev?.finishedAt ?? ''))

  await data.commit({ 'envs/prod/a.yaml': configMap('prod', 'two') }, 'Change prod')
  await system.until('the change', async () => {
    const found = await cluster.get(configMaps, 'default', 'prod')
    return (found?.['data'] as { value?: string } | undefined)?.value === 'two'
  })
  await system.healthy('prod')
})
