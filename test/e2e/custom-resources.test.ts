/** Kinds that come with a commit, or later than it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const widgets = { group: 'example.com', kind: 'Widget' }
const crds = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

const crd = (versions: readonly string[]) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets }
  versions:
${versions
  .map(
    (version, index) => `    - name: ${version}
      served: true
      storage: ${index === 0}
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { type: object, properties: { size: { type: integer, default: 3 }, color: { type: string } } } }
`,
  )
  .join('')}`

const widget = (name: string, version = 'v1') =>
  `apiVersion: example.com/${version}\nkind: Widget\nmetadata: { name: ${name} }\nspec: { color: red }\n`

test('a CRD and its objects arrive in one commit, a version is added in the next, and both leave in order', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'k8s/crd.yaml': crd(['v1']),
    'k8s/one.yaml': widget('one'),
    'k8s/note.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\n',
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'k8s' })
  await system.healthy(repository.name)
  expect((await cluster.get(widgets, 'default', 'one'))?.['spec']).toEqual({ color: 'red', size: 3 })
  expect(await system.context.system.events({ types: ['SyncFailed'] })).toEqual([])

  await repository.commit({ 'k8s/crd.yaml': crd(['v1', 'v2']), 'k8s/two.yaml': widget('two', 'v2') }, 'Version 2')
  system.context.system.webhook([repository.url])
  await system.until('the object of the new version', () => cluster.get(widgets, 'default', 'two'))
  await system.healthy(repository.name)
  expect(await system.context.system.events({ types: ['SyncFailed'] })).toEqual([])

  await repository.commit({ 'k8s/one.yaml': null, 'k8s/two.yaml': null }, 'No widgets')
  system.context.system.webhook([repository.url])
  await system.until('the objects to be gone', async () => (await cluster.get(widgets, 'default', 'one')) === undefined)
  await system.until('both to be gone', async () => (await cluster.get(widgets, 'default', 'two')) === undefined)
  await system.healthy(repository.name)
  expect(await cluster.get(crds, '', 'widgets.example.com')).toBeDefined()
})

test('an application that waits for a kind of somebody else goes on when its CRD comes', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({ 'k8s/one.yaml': widget('one') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'k8s' })
  expect(await system.until('the reason', () => system.app(repository.name)?.reason || undefined)).toBe('KindUnknown')

  const resource = (await cluster.client.discovery()).resource(crds)
  if (resource === undefined) throw new Error('no CRDs are served')
  const { load } = await import('js-yaml')
  const object = load(crd(['v1'])) as Parameters<typeof cluster.client.apply>[1]
  await cluster.client.apply(resource, object, { fieldManager: 'somebody' })

  await system.healthy(repository.name, 60)
  expect(await cluster.get(widgets, 'default', 'one')).toBeDefined()
})
