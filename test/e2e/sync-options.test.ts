/** Sync options that change how an object is written, against a cluster that answers as a real one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
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

function deployment(label: string, options: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: { argocd.argoproj.io/sync-options: "${options}" }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${label} } }
  template:
    metadata: { labels: { app: ${label} } }
    spec: { containers: [{ name: web, image: "nginx:1" }] }
`
}

function configMap(value: string, options: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  annotations: { argocd.argoproj.io/sync-options: "${options}" }
data: { value: "${value}" }
`
}

test('an immutable field is refused whole without Force=true, and with it the object is deleted and created again', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/web.yaml': deployment('one', 'Prune=true') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  await system.healthy(repository.name)
  const first = await cluster.get(deployments, 'default', 'web')

  await repository.commit({ 'k8s/web.yaml': deployment('two', 'Prune=true') }, 'Change the selector')
  system.context.system.webhook([repository.url])
  await system.until('the refusal', () => system.app(repository.name)?.reason === 'DryRunRefused')
  expect(system.app(repository.name)?.message).toContain('field is immutable')
  expect((await cluster.get(deployments, 'default', 'web'))?.metadata.uid).toBe(first?.metadata.uid)

  await repository.commit({ 'k8s/web.yaml': deployment('two', 'Force=true') }, 'Force it')
  system.context.system.webhook([repository.url])
  await system.until('another Deployment', async () => {
    const live = await cluster.get(deployments, 'default', 'web')
    return live !== undefined && live.metadata.uid !== first?.metadata.uid
  })
  await system.healthy(repository.name)
  expect((await cluster.get(deployments, 'default', 'web'))?.['spec']).toMatchObject({
    selector: { matchLabels: { app: 'two' } },
  })
})

test('Replace=true takes away what others wrote, and the next look finds nothing to do', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/c.yaml': configMap('one', 'Replace=true') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  await system.healthy(repository.name)
  const resource = (await cluster.client.discovery()).resource(configMaps)!
  const uid = (await cluster.get(configMaps, 'default', 'settings'))?.metadata.uid
  await cluster.client.patch(resource, { namespace: 'default', name: 'settings' }, { data: { foreign: 'here' } })

  await repository.commit({ 'k8s/c.yaml': configMap('two', 'Replace=true') }, 'Two')
  system.context.system.webhook([repository.url])
  await system.until('the replacement', async () => {
    const live = await cluster.get(configMaps, 'default', 'settings')
    return JSON.stringify(live?.['data']) === '{"value":"two"}'
  })
  await system.healthy(repository.name)
  expect((await cluster.get(configMaps, 'default', 'settings'))?.metadata.uid).toBe(uid)

  const before = system.context.system.statistics().requests.mutating
  await system.context.system.refresh(repository.name, { hard: true })
  await system.context.system.settled()
  expect(system.context.system.statistics().requests.mutating).toBe(before)
})

function scaled(replicas: number, image: string): string {
  return deployment('web', 'Prune=true').replace('replicas: 1', `replicas: ${replicas}`).replace('nginx:1', image)
}

function application(repoURL: string, more: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: web }
spec:
  project: default
  source: { repoURL: "${repoURL}", path: k8s, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  ignoreDifferences:
    - { group: apps, kind: Deployment, jsonPointers: [/spec/replicas] }
    - { group: "*", kind: "*", jqPathExpressions: ['.spec.template.spec.containers[]? | select(.name == "web") | .image'] }
  syncPolicy:
    automated: { prune: true, selfHeal: true }
    ${more}
`
}

test('what differs in ignored fields only is Synced and not written, and everything else is healed', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/web.yaml': scaled(1, 'nginx:1') })
  await repository.commit({ 'apps/web.yaml': application(repository.url, '') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  await system.healthy('web')
  const resource = (await cluster.client.discovery()).resource(deployments)!
  const web = { namespace: 'default', name: 'web' }
  const writes = () => system.context.system.statistics().requests.mutating
  const before = writes()

  await cluster.client.patch(resource, web, { spec: { replicas: 3 } }, { fieldManager: 'scaler' })
  await system.until('the scaled Deployment', () => system.context.system.settled().then(() => true))
  await system.context.system.refresh('web', { hard: true })
  await system.healthy('web')
  expect(writes()).toBe(before)
  expect((await cluster.get(deployments, 'default', 'web'))?.['spec']).toMatchObject({ replicas: 3 })

  await cluster.client.patch(resource, web, {
    spec: { minReadySeconds: 0, template: { metadata: { labels: { app: 'web', tier: 'x' } } } },
  })
  await cluster.client.patch(resource, web, {
    metadata: { annotations: { 'argocd.argoproj.io/sync-options': 'changed' } },
  })
  await system.until('the healed annotation', async () => {
    const live = await cluster.get(deployments, 'default', 'web')
    return live?.metadata.annotations?.['argocd.argoproj.io/sync-options'] === 'Prune=true'
  })
  await system.healthy('web')
})

test('RespectIgnoreDifferences=true leaves ignored fields alone in a sync, too; without it a sync writes them', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/web.yaml': scaled(1, 'nginx:1') })
  await repository.commit({
    'apps/web.yaml': application(repository.url, 'syncOptions: [RespectIgnoreDifferences=true]'),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  await system.healthy('web')
  const resource = (await cluster.client.discovery()).resource(deployments)!
  const patched = { spec: { replicas: 3 } }
  await cluster.client.patch(resource, { namespace: 'default', name: 'web' }, patched, { fieldManager: 'scaler' })
  const replicas = async () =>
    ((await cluster.get(deployments, 'default', 'web'))?.['spec'] as { replicas?: number } | undefined)?.replicas
  const readyAfter = async () =>
    ((await cluster.get(deployments, 'default', 'web'))?.['spec'] as { minReadySeconds?: number } | undefined)
      ?.minReadySeconds

  const slower = scaled(2, 'nginx:2').replace('  replicas: 2', '  replicas: 2\n  minReadySeconds: 1')
  await repository.commit({ 'k8s/web.yaml': slower }, 'Slower')
  system.context.system.webhook([repository.url])
  await system.until('the change', async () => (await readyAfter()) === 1)
  await system.healthy('web')
  expect(await replicas()).toBe(3)
  expect(JSON.stringify((await cluster.get(deployments, 'default', 'web'))?.['spec'])).toContain('nginx:1')

  const sha = await repository.commit({ 'apps/web.yaml': application(repository.url, 'syncOptions: []') }, 'Do not')
  system.context.system.webhook([repository.url])
  await system.until('the new spec', () => system.app('web')?.syncedRevision === sha)
  await repository.commit(
    { 'k8s/web.yaml': slower.replace('minReadySeconds: 1', 'minReadySeconds: 2') },
    'Slower still',
  )
  system.context.system.webhook([repository.url])
  await system.until('the next change', async () => (await readyAfter()) === 2)
  expect(await replicas()).toBe(2)
})
