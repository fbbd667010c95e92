import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { KustomizeSource } from '../../api/application.ts'
import { parseSettings } from '../../api/settings/settings.ts'
import { parseYaml } from '../../kube/yaml.ts'
import { memoryTree } from './memory-tree.ts'
import { configMap, dataOf, memoryStore, names, request, testRenderer } from './testkit.ts'
import { unpacked } from './tools.ts'

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: "shop/api:1.0"}]}
`

const files = {
  'base/kustomization.yaml':
    'resources: [deploy.yaml]\nconfigMapGenerator:\n- name: conf\n  files: [app.properties]\n  options: {disableNameSuffixHash: true}\n',
  'base/deploy.yaml': deployment,
  'base/app.properties': 'color=blue\n',
  'base/unrelated.yaml': 'x: y\n',
  'overlay/kustomization.yaml': 'resources: [../base]\nnamePrefix: own-\nimages: [{name: shop/api, newTag: "2.0"}]\n',
  'overlay/extra/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [cm.yaml]\n',
  'overlay/extra/cm.yaml': configMap('component'),
  'other/big.yaml': configMap('big'),
}
const tree = memoryTree(files)

async function build(kustomize: KustomizeSource) {
  await using renderer = await testRenderer()
  return await renderer.render(request({ tree, path: 'overlay', kustomize }))
}

/** What a row looks at: names, image, replicas, labels and annotations of the Deployment. */
async function deploymentOf(kustomize: KustomizeSource) {
  const { objects } = await build(kustomize)
  const object = objects.find((candidate) => candidate.object.kind === 'Deployment')!.object
  const spec = object['spec'] as {
    replicas: number
    selector: { matchLabels: object }
    template: { metadata: { labels: object }; spec: { containers: { image: string }[] } }
  }
  return {
    name: object.metadata.name,
    namespace: object.metadata.namespace,
    image: spec.template.spec.containers[0]!.image,
    replicas: spec.replicas,
    labels: object.metadata.labels ?? {},
    selector: spec.selector.matchLabels,
    template: spec.template.metadata.labels,
    annotations: object.metadata.annotations ?? {},
  }
}

const plain = {
  name: 'own-api',
  namespace: undefined,
  image: 'shop/api:2.0',
  replicas: 1,
  labels: {},
  selector: { app: 'api' },
  template: { app: 'api' },
  annotations: {},
}

test.each<{ kustomize: KustomizeSource; want: object; reason: string }>([
  { kustomize: {}, want: {}, reason: 'no overrides' },
  { kustomize: { namePrefix: 'x-' }, want: { name: 'x-api' }, reason: 'a prefix replaces that of the kustomization' },
  { kustomize: { nameSuffix: '-v2' }, want: { name: 'own-api-v2' }, reason: 'a suffix' },
  { kustomize: { namespace: 'eu' }, want: { namespace: 'eu' }, reason: 'a namespace' },
  { kustomize: { images: ['shop/api:3.1'] }, want: { image: 'shop/api:3.1' }, reason: 'a tag replaces the tag' },
  { kustomize: { images: ['shop/api=mirror/api:4'] }, want: { image: 'mirror/api:4' }, reason: 'a new name' },
  {
    kustomize: { images: [`shop/api@sha256:${'0'.repeat(64)}`] },
    want: { image: `shop/api@sha256:${'0'.repeat(64)}` },
    reason: 'a digest',
  },
  {
    kustomize: { images: ['shop/api:$ARGOCD_APP_NAME'] },
    want: { image: 'shop/api:web' },
    reason: 'the build environment',
  },
  { kustomize: { replicas: [{ name: 'api', count: '3' }] }, want: { replicas: 3 }, reason: 'replicas, also as text' },
  {
    kustomize: { commonLabels: { team: 'a' } },
    want: { labels: { team: 'a' }, selector: { app: 'api', team: 'a' }, template: { app: 'api', team: 'a' } },
    reason: 'labels reach selectors by default',
  },
  {
    kustomize: { commonLabels: { team: 'a' }, labelWithoutSelector: true },
    want: { labels: { team: 'a' } },
    reason: 'metadata only',
  },
  {
    kustomize: { commonLabels: { team: 'a' }, labelWithoutSelector: true, labelIncludeTemplates: true },
    want: { labels: { team: 'a' }, template: { app: 'api', team: 'a' } },
    reason: 'metadata and templates',
  },
  {
    kustomize: { commonAnnotations: { by: '$ARGOCD_APP_NAME' }, commonAnnotationsEnvsubst: true },
    want: { annotations: { by: 'web' } },
    reason: 'annotations with substitution',
  },
  {
    kustomize: { commonAnnotations: { by: '$X' } },
    want: { annotations: { by: '$X' } },
    reason: 'annotations without',
  },
  {
    kustomize: {
      patches: [{ target: { kind: 'Deployment' }, patch: '- op: replace\n  path: /spec/replicas\n  value: 5\n' }],
    },
    want: { replicas: 5 },
    reason: 'an inline patch',
  },
])('$kustomize: $reason', async ({ kustomize, want }) => {
  const got = await deploymentOf(kustomize)
  // A pod template that is annotated too is kustomize's own doing; the rows look at the Deployment.
  expect(got).toEqual({ ...plain, ...want })
})

test('components are added, and missing ones only ignored when that is said', async () => {
  expect(names(await build({ components: ['extra'] }))).toContain('ConfigMap own-component')
  expect(names(await build({ components: ['extra', 'gone'], ignoreMissingComponents: true }))).toContain(
    'ConfigMap own-component',
  )
  await expect(build({ components: ['gone'] })).rejects.toMatchObject({ reason: 'RenderFailed' })
})

test('only the files a build may read are in its read-set', async () => {
  const { readSets, tools } = await build({})
  expect(tools).toEqual(['Kustomize'])
  expect(readSets[0]).toEqual([
    { kind: 'directory', path: 'base' },
    { kind: 'file', path: 'base/app.properties' },
    { kind: 'file', path: 'base/deploy.yaml' },
    { kind: 'file', path: 'base/kustomization.yaml' },
    { kind: 'directory', path: 'overlay' },
    { kind: 'file', path: 'overlay/kustomization.yaml' },
  ])
})

test('the message of a failing build is that of kustomize, with the application and without our folders', async () => {
  await using renderer = await testRenderer()
  const broken = memoryTree({ 'k/kustomization.yaml': 'resources: [missing.yaml]\n' })
  const error = await renderer.render(request({ tree: broken, path: 'k' })).catch((thrown) => thrown)
  expect(error).toMatchObject({
    reason: 'RenderFailed',
    message: expect.stringMatching(/^Cannot render web: kustomize: .*missing\.yaml/s),
  })
  expect(error.message).not.toContain(renderer.dataDir)
})

test('a base outside the repository path is refused', async () => {
  await using renderer = await testRenderer()
  const escaping = memoryTree({ 'k/kustomization.yaml': 'resources: [../../other]\n' })
  await expect(renderer.render(request({ tree: escaping, path: 'k' }))).rejects.toMatchObject({ reason: 'PathRefused' })
})

test('a restart renders nothing again, and the store holds nothing readable', async () => {
  const cache = memoryStore()
  const first = await testRenderer({ cache })
  const before = await first.render(request({ tree, path: 'overlay' }))
  await using second = await testRenderer({ cache, dataDir: first.dataDir })
  const after = await second.render(request({ tree, path: 'overlay' }))
  expect([first.count, second.count, before.cached, after.cached]).toEqual([1, 0, false, true])
  expect(after.objects).toEqual(before.objects)
  expect(after.digest).toBe(before.digest)
  expect([...cache.values.values()].some((bytes) => Buffer.from(bytes).includes('color'))).toBe(false)
  await first[Symbol.asyncDispose]()
})

test('a change elsewhere in the repository runs nothing, a change of a base file does', async () => {
  await using renderer = await testRenderer()
  await renderer.render(request({ tree, path: 'overlay' }))
  await renderer.render(
    request({ tree: memoryTree({ ...files, 'other/big.yaml': configMap('bigger') }, 'b'.repeat(40)), path: 'overlay' }),
  )
  expect(renderer.count).toBe(1)
  const changed = await renderer.render(
    request({ tree: memoryTree({ ...files, 'base/app.properties': 'color=red\n' }), path: 'overlay' }),
  )
  expect(renderer.count).toBe(2)
  expect(dataOf(changed, 'own-conf')).toEqual({ 'app.properties': 'color=red\n' })
})

test('helmCharts are inflated when the build options allow it, with the packaged Helm 4', async () => {
  const inflating = memoryTree({
    'k/kustomization.yaml': 'helmCharts:\n- name: local\n  releaseName: rel\n  valuesInline: {color: green}\n',
    'k/charts/local/Chart.yaml': 'apiVersion: v2\nname: local\nversion: 0.1.0\n',
    'k/charts/local/values.yaml': 'color: none\n',
    'k/charts/local/templates/cm.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {color: "{{ .Values.color }}"}\n',
  })
  await using allowing = await testRenderer({
    settings: () => parseSettings({ 'kustomize.buildOptions': '--enable-helm' }).rendering,
  })
  expect(dataOf(await allowing.render(request({ tree: inflating, path: 'k' })), 'rel')).toEqual({ color: 'green' })
  await using refusing = await testRenderer()
  await expect(refusing.render(request({ tree: inflating, path: 'k' }))).rejects.toMatchObject({
    reason: 'RenderFailed',
  })
})

test('objects know the file they came from, and carry no trace of how', async () => {
  const { objects } = await build({ components: ['extra'] })
  expect(objects.map(({ object, origin }) => `${object.kind} ${origin.path}`)).toEqual([
    'ConfigMap overlay/extra/cm.yaml',
    'ConfigMap base/kustomization.yaml',
    'Deployment base/deploy.yaml',
  ])
  expect(JSON.stringify(objects)).not.toContain('config.kubernetes.io')
})

test('the objects are those that kustomize alone would print, hashed names included', async () => {
  await using renderer = await testRenderer()
  const hashed = {
    'kustomization.yaml':
      'resources: [cm.yaml]\nconfigMapGenerator:\n- {name: g, literals: [a=b]}\nsecretGenerator:\n- {name: s, literals: [x=y]}\ncommonAnnotations: {k: v}\n',
    'cm.yaml': configMap('plain'),
  }
  const folder = await mkdtemp(join(tmpdir(), 'halcyon-kustomize-'))
  for (const [name, text] of Object.entries(hashed)) await writeFile(join(folder, name), text)
  const kubectl = await unpacked('kustomize', join(tmpdir(), 'halcyon-test-tools'))
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder])
  await rm(folder, { recursive: true })
  const result = await renderer.render(request({ tree: memoryTree(hashed), path: '.' }))
  expect(result.objects.map(({ object }) => object)).toEqual(parseYaml(stdout).documents.map(({ value }) => value))
  expect(names(result)).toContain('ConfigMap g-4h2mbtbbt6')
})
