import { expect, test } from 'vitest'
import type { HelmSource } from '../../api/application.ts'
import { memoryTree } from './memory-tree.ts'
import { chartTree, configMap, dataOf, memoryStore, names, printingChart, request, testRenderer } from './testkit.ts'

const tree = chartTree(
  { 'values-prod.yaml': 'a: prod\nb: prod\n', 'env/10.yaml': 'a: ten\n', 'env/20.yaml': 'a: twenty\n' },
  { 'shared/root.yaml': 'c: root\n' },
)

async function values(helm: HelmSource) {
  await using renderer = await testRenderer()
  const data = dataOf(await renderer.render(request({ tree, path: 'charts/web', helm })), 'web') as Record<
    string,
    string
  >
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, JSON.parse(text)]))
}

test.each<{ helm: HelmSource; want: object; reason: string }>([
  { helm: {}, want: {}, reason: "the chart's own values" },
  {
    helm: { valueFiles: ['values-prod.yaml'] },
    want: { a: 'prod', b: 'prod' },
    reason: 'a values file, relative to the chart',
  },
  {
    helm: { valueFiles: ['/shared/root.yaml'] },
    want: { c: 'root' },
    reason: 'a leading slash is the root of the repository',
  },
  { helm: { valueFiles: ['../../shared/root.yaml'] }, want: { c: 'root' }, reason: 'a relative path' },
  {
    helm: { valueFiles: ['env/10.yaml', 'values-prod.yaml'] },
    want: { a: 'prod', b: 'prod' },
    reason: 'the last file wins',
  },
  { helm: { valueFiles: ['env/*.yaml'] }, want: { a: 'twenty' }, reason: 'a glob, in lexical order' },
  {
    helm: { valueFiles: ['gone.yaml', 'env/10.yaml'], ignoreMissingValueFiles: true },
    want: { a: 'ten' },
    reason: 'a missing file is skipped',
  },
  {
    helm: { valueFiles: ['values-prod.yaml'], values: 'b: inline\n' },
    want: { a: 'prod', b: 'inline' },
    reason: 'values beat valueFiles',
  },
  {
    helm: { values: 'a: text\n', valuesObject: { a: 'object' } },
    want: { a: 'object' },
    reason: 'valuesObject beats values',
  },
  {
    helm: { valuesObject: { a: 'object', b: 'object' }, parameters: [{ name: 'a', value: 'parameter' }] },
    want: { a: 'parameter', b: 'object' },
    reason: 'parameters beat everything',
  },
  { helm: { parameters: [{ name: 'a', value: '7' }] }, want: { a: 7 }, reason: 'a parameter is typed' },
  {
    helm: { parameters: [{ name: 'a', value: '7', forceString: true }] },
    want: { a: '7' },
    reason: 'unless forced to text',
  },
  {
    helm: { parameters: [{ name: 'a', value: 'x,y=z' }] },
    want: { a: 'x,y=z' },
    reason: 'a comma is part of the value',
  },
  { helm: { parameters: [{ name: 'a', value: '{x,y}' }] }, want: { a: ['x', 'y'] }, reason: 'braces make a list' },
  { helm: { parameters: [{ name: 'a.b', value: 'deep' }] }, want: { a: { b: 'deep' } }, reason: 'dots go deeper' },
  {
    helm: { parameters: [{ name: 'a', value: '$ARGOCD_APP_NAME' }] },
    want: { a: 'web' },
    reason: 'the build environment',
  },
  {
    helm: { fileParameters: [{ name: 'a', path: 'env/10.yaml' }] },
    want: { a: 'a: ten\n' },
    reason: 'a value from a file',
  },
])('$helm: $reason', async ({ helm, want }) => {
  expect(await values(helm)).toEqual({ a: 'chart', b: 'chart', c: 'chart', ...want })
})

test('the release takes the name of the application and the namespace of the destination, unless told otherwise', async () => {
  await using renderer = await testRenderer()
  expect(names(await renderer.render(request({ tree, path: 'charts/web' })))).toEqual(['ConfigMap shop/web'])
  const helm = { releaseName: 'rel', namespace: 'ns' }
  expect(names(await renderer.render(request({ tree, path: 'charts/web', helm })))).toEqual(['ConfigMap ns/rel'])
})

test('values of another source are relative to its repository, and noted in its read-set', async () => {
  await using renderer = await testRenderer()
  const lending = memoryTree({ 'envs/prod/values.yaml': 'a: lent\n', 'envs/other.yaml': 'x: 1\n' })
  const result = await renderer.render(
    request([
      { tree, path: 'charts/web', helm: { valueFiles: ['$vals/envs/prod/values.yaml'] } },
      { tree: lending, ref: 'vals' },
    ]),
  )
  expect(dataOf(result, 'web')).toMatchObject({ a: '"lent"' })
  expect(result.tools).toEqual(['Helm'])
  expect(result.readSets).toEqual([
    [{ kind: 'tree', path: 'charts/web' }],
    [{ kind: 'file', path: 'envs/prod/values.yaml' }],
  ])
})

test.each([
  { helm: { valueFiles: ['gone.yaml'] }, reason: 'PathNotFound', message: /gone\.yaml: it does not exist/ },
  { helm: { valueFiles: ['$nobody/x.yaml'] }, reason: 'SpecInvalid', message: /no source has ref nobody/ },
  { helm: { valueFiles: ['../../../x.yaml'] }, reason: 'PathRefused', message: /leaves the repository/ },
  {
    helm: { valueFiles: ['file:///etc/passwd'] },
    reason: 'SpecInvalid',
    message: /URLs with [a-z0-9]+ are not allowed/,
  },
])('$helm is refused with $reason', async ({ helm, reason, message }) => {
  await using renderer = await testRenderer()
  const rendering = renderer.render(request({ tree, path: 'charts/web', helm }))
  await expect(rendering).rejects.toMatchObject({ reason, message: expect.stringMatching(message) })
})

test('a ref on a chart is refused', async () => {
  await using renderer = await testRenderer()
  const rendering = renderer.render(request({ chart: 'x', ref: 'vals', revision: '1.0.0' }))
  await expect(rendering).rejects.toMatchObject({ reason: 'SpecInvalid' })
})

test("a chart that does not render gives Helm's own message with the application's name, and is not run twice", async () => {
  await using renderer = await testRenderer()
  const failing = chartTree({ 'templates/fail.yaml': '{{ fail "give me a host" }}\n' })
  const render = () => renderer.render(request({ tree: failing, path: 'charts/web' }))
  const message = expect.stringMatching(/^Cannot render web: helm: .*templates\/fail\.yaml:1:\d+.*give me a host$/s)
  await expect(render()).rejects.toMatchObject({ reason: 'RenderFailed', message })
  await expect(render()).rejects.toMatchObject({ reason: 'RenderFailed', message })
  expect(renderer.count).toBe(1)
})

test('a template that prints no object is named', async () => {
  await using renderer = await testRenderer()
  const odd = chartTree({ 'templates/odd.yaml': 'a: b\n' })
  await expect(renderer.render(request({ tree: odd, path: 'charts/web' }))).rejects.toMatchObject({
    reason: 'ManifestInvalid',
    message: expect.stringContaining('charts/web/templates/odd.yaml'),
  })
})

test('objects know their template, CRDs come along unless skipped, tests go when skipped', async () => {
  await using renderer = await testRenderer()
  const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.example}\n'
  const testHook = 'apiVersion: v1\nkind: Pod\nmetadata: {name: probe, annotations: {"helm.sh/hook": test}}\n'
  const rich = chartTree({ 'crds/x.yaml': crd, 'templates/tests/probe.yaml': testHook })
  const full = await renderer.render(request({ tree: rich, path: 'charts/web' }))
  expect(full.objects.map(({ object, origin }) => `${object.kind} ${origin.path}`)).toEqual([
    'CustomResourceDefinition charts/web/crds/x.yaml',
    'ConfigMap charts/web/templates/cm.yaml',
    'Pod charts/web/templates/tests/probe.yaml',
  ])
  const lean = await renderer.render(
    request({ tree: rich, path: 'charts/web', helm: { skipCrds: true, skipTests: true } }),
  )
  expect(names(lean)).toEqual(['ConfigMap shop/web'])
})

const asking = chartTree({
  'templates/caps.yaml': `${configMap('caps')}  \n`.replace(
    'data: {}',
    'data:\n  version: {{ .Capabilities.KubeVersion.Version }}\n  extra: "{{ .Capabilities.APIVersions.Has "x.example/v1/Thing" }}"',
  ),
})

test('a chart that asks for capabilities is rendered per cluster, another is not', async () => {
  await using renderer = await testRenderer()
  const later = { cluster: { kubeVersion: 'v1.36.0-eks-1', apiVersions: ['v1', 'x.example/v1/Thing'] } }
  const before = await renderer.render(request({ tree: asking, path: 'charts/web' }))
  const after = await renderer.render(request({ tree: asking, path: 'charts/web' }, later))
  expect([dataOf(before, 'caps'), dataOf(after, 'caps')]).toEqual([
    { version: 'v1.35.2', extra: 'false' },
    { version: 'v1.36.0', extra: 'true' },
  ])
  expect(renderer.count).toBe(2)
  await renderer.render(request({ tree, path: 'charts/web' }))
  await renderer.render(request({ tree, path: 'charts/web' }, later))
  expect(renderer.count).toBe(3)
})

test.each([
  { name: 'a chart that ignores the cluster', source: { tree, path: 'charts/web' } },
  { name: 'a chart that asks the cluster', source: { tree: asking, path: 'charts/web' } },
])('a restart does not render again: $name', async ({ source }) => {
  const cache = memoryStore()
  await using first = await testRenderer({ cache })
  const before = await first.render(request(source))
  await using second = await testRenderer({ cache, dataDir: first.dataDir })
  const after = await second.render(request(source))
  expect([first.count, second.count, after.cached]).toEqual([1, 0, true])
  expect(after.objects).toEqual(before.objects)
})

test('a damaged or foreign cache value is rendered anew', async () => {
  const cache = memoryStore()
  await using first = await testRenderer({ cache })
  await first.render(request({ tree, path: 'charts/web' }))
  for (const key of cache.values.keys()) cache.values.set(key, Buffer.from('not sealed'))
  await using second = await testRenderer({ cache, dataDir: first.dataDir })
  expect(names(await second.render(request({ tree, path: 'charts/web' })))).toEqual(['ConfigMap shop/web'])
  expect(second.count).toBe(1)
})

test('equal requests at the same time share one run', async () => {
  await using renderer = await testRenderer()
  await Promise.all([1, 2, 3].map(() => renderer.render(request({ tree, path: 'charts/web' }))))
  expect(renderer.count).toBe(1)
})

test('one of two waiting callers that gives up does not stop the other', async () => {
  await using renderer = await testRenderer()
  const impatient = new AbortController()
  const gone = renderer.render(request({ tree, path: 'charts/web' }), impatient.signal)
  const waiting = renderer.render(request({ tree, path: 'charts/web' }))
  impatient.abort(new Error('changed my mind'))
  await expect(gone).rejects.toThrow('changed my mind')
  expect(names(await waiting)).toEqual(['ConfigMap shop/web'])
})

test('a dependency by file:// is copied in, with its own dependencies, and belongs to the read-set', async () => {
  await using renderer = await testRenderer()
  const parent = memoryTree({
    'app/Chart.yaml':
      'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: common, version: "*", repository: "file://../common"}\n',
    'app/templates/x.yaml': configMap('app'),
    'common/Chart.yaml':
      'apiVersion: v2\nname: common\nversion: 1.0.0\ndependencies:\n- {name: deep, version: "*", repository: "file://../deep"}\n',
    'common/templates/x.yaml': configMap('common'),
    ...printingChart('deep', { 'Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n' }),
  })
  const result = await renderer.render(request({ tree: parent, path: 'app' }))
  expect(names(result).sort()).toEqual(['ConfigMap app', 'ConfigMap common', 'ConfigMap shop/web'])
  expect(result.readSets[0]).toEqual(['app', 'common', 'deep'].map((path) => ({ kind: 'tree', path })))
})

test.each([
  {
    limits: { outputBytes: 1_000_000 },
    template: '{{ range untilStep 0 1000000 1 }}# a line of the bomb {{ . }}\n{{ end }}',
    message: 'Cannot render web: helm printed more than 1000000 bytes',
  },
  {
    limits: { memoryBytes: 300 * 1024 ** 2 },
    template: '# small',
    message: 'Cannot render web: helm needed more than 314572800 bytes of memory',
  },
])('a chart that exceeds $limits is stopped, and tried again later', async ({ limits, template, message }) => {
  await using renderer = await testRenderer({ limits })
  const bomb = chartTree({ 'templates/bomb.yaml': `${template}\n${configMap('bomb')}` })
  const render = () => renderer.render(request({ tree: bomb, path: 'charts/web' }))
  await expect(render()).rejects.toMatchObject({ reason: 'RenderTimedOut', message })
  await expect(render()).rejects.toMatchObject({ reason: 'RenderTimedOut' })
  expect(renderer.count).toBe(2)
})

test('integers beyond 2^53 stay exact from the template to the object, also out of the store', async () => {
  const cache = memoryStore()
  const big = chartTree({
    'templates/big.yaml':
      'apiVersion: x.example/v1\nkind: Big\nmetadata: {name: big}\nspec: {size: 9007199254740993}\n',
  })
  await using first = await testRenderer({ cache })
  await using second = await testRenderer({ cache, dataDir: first.dataDir })
  for (const renderer of [first, second]) {
    const { objects } = await renderer.render(request({ tree: big, path: 'charts/web' }))
    expect(objects.find(({ object }) => object.kind === 'Big')!.object['spec']).toEqual({ size: 9007199254740993n })
  }
  expect(second.count).toBe(0)
})
