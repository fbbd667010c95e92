import { expect, test } from 'vitest'
import { memoryTree } from './memory-tree.ts'
import { configMap, names, request, testRenderer } from './testkit.ts'

const fleet = memoryTree({
  'app/b.yaml': configMap('b'),
  'app/a.yml': `${configMap('a1')}---\n# only a comment\n---\n${configMap('a2')}`,
  'app/c.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
  'app/readme.md': 'text',
  'app/sub/d.yaml': configMap('d'),
  'app/sub.yaml': configMap('sub'),
})

test.each([
  { options: {}, want: ['a1', 'a2', 'b', 'c', 'sub'], reason: 'not recursive by default' },
  {
    options: { recurse: true },
    want: ['a1', 'a2', 'b', 'c', 'd', 'sub'],
    reason: 'walked by name, a directory in its place',
  },
  { options: { include: '*.json' }, want: ['c'], reason: 'include' },
  { options: { include: '{a,b}.*', exclude: 'b.yaml' }, want: ['a1', 'a2'], reason: 'exclude beats include' },
  {
    options: { recurse: true, exclude: 'sub/*' },
    want: ['a1', 'a2', 'b', 'c', 'sub'],
    reason: 'paths are relative to the source',
  },
])('directory $options gives $want: $reason', async ({ options, want }) => {
  await using renderer = await testRenderer()
  const result = await renderer.render(request({ tree: fleet, path: 'app', directory: options }))
  expect(names(result)).toEqual(want.map((name) => `ConfigMap ${name}`))
  expect(result.tools).toEqual(['Directory'])
})

test('lists are flattened, and items of a typed list get its kind', async () => {
  await using renderer = await testRenderer()
  const tree = memoryTree({
    'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n`,
    'typed.yaml': `apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: m}\n`,
    'none.yaml': `apiVersion: v1\nkind: ConfigMapList\nitems: null\n`,
  })
  expect(names(await renderer.render(request({ tree, path: '.' })))).toEqual(['Secret s', 'ConfigMap m'])
})

test.each([
  {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [x\n',
    want: /^Cannot read app\/x\.yaml:\d+: .+/,
    reason: 'it does not parse',
  },
  { text: 'just: [broken\n', want: /^Cannot read app\/x\.yaml:\d+: /, reason: 'it does not parse, whatever it is' },
  {
    text: `${configMap('ok')}---\na: b\n`,
    want: /^Cannot read app\/x\.yaml:7: the document is not a Kubernetes object: kind is missing$/,
    reason: 'one document of a manifest lacks kind',
  },
  {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
    want: /^Cannot read app\/x\.yaml:1: the ConfigMap has no metadata\.name$/,
    reason: 'no name',
  },
])('$want is the error when $reason', async ({ text, want }) => {
  await using renderer = await testRenderer()
  const rendering = renderer.render(request({ tree: memoryTree({ 'app/x.yaml': text }), path: 'app' }))
  await expect(rendering).rejects.toMatchObject({ reason: 'ManifestInvalid', message: expect.stringMatching(want) })
})

test('YAML that is no manifest is left out with a warning; a marked file without one', async () => {
  await using renderer = await testRenderer()
  const tree = memoryTree({
    'values.yaml': 'replicas: 2\n',
    'skipped.yaml': `# +argocd:skip-file-rendering\n${configMap('skipped')}`,
    'a.yaml': configMap('a'),
  })
  const result = await renderer.render(request({ tree, path: '' }))
  expect(names(result)).toEqual(['ConfigMap a'])
  expect(result.warnings.map(({ message }) => message)).toEqual([
    'Left out values.yaml: the document is not a Kubernetes object: kind is missing',
  ])
})

test('a path that is not there and a path that climbs out are refused', async () => {
  await using renderer = await testRenderer()
  await expect(renderer.render(request({ tree: fleet, path: 'none' }))).rejects.toMatchObject({
    reason: 'PathNotFound',
  })
  await expect(renderer.render(request({ tree: fleet, path: '../up' }))).rejects.toMatchObject({
    reason: 'PathRefused',
  })
  await expect(renderer.render(request({ tree: fleet, path: 'app/b.yaml' }))).rejects.toMatchObject({
    reason: 'PathNotFound',
  })
})

test('links inside the repository are followed, links out of it refused', async () => {
  await using renderer = await testRenderer()
  const linked = memoryTree({ 'app/l.yaml': { link: '../shared/cm.yaml' }, 'shared/cm.yaml': configMap('shared') })
  expect(names(await renderer.render(request({ tree: linked, path: 'app' })))).toEqual(['ConfigMap shared'])
  const escaping = memoryTree({ 'app/l.yaml': { link: '../../etc/passwd' } })
  await expect(renderer.render(request({ tree: escaping, path: 'app' }))).rejects.toMatchObject({
    reason: 'PathRefused',
  })
})

test.each([
  { options: { recurse: true }, want: [{ kind: 'tree', path: 'app' }], reason: 'everything below counts' },
  {
    options: { include: 'b.yaml' },
    want: [
      { kind: 'directory', path: 'app' },
      { kind: 'file', path: 'app/b.yaml' },
    ],
    reason: 'a change of a.yml is of no interest',
  },
])('the read-set of $options: $reason', async ({ options, want }) => {
  await using renderer = await testRenderer()
  const { readSets } = await renderer.render(request({ tree: fleet, path: 'app', directory: options }))
  expect(readSets).toEqual([want])
})

test('equal blobs are parsed once, whichever application and path they are in', async () => {
  await using renderer = await testRenderer()
  const first = memoryTree({ 'one/cm.yaml': configMap('same') })
  const second = memoryTree({ 'two/other.yaml': configMap('same') })
  const one = await renderer.render(request({ tree: first, path: 'one' }))
  const two = await renderer.render(request({ tree: second, path: 'two' }))
  expect([one.cached, two.cached, renderer.count]).toEqual([false, true, 1])
  expect(second.reads).toEqual([])
  expect(two.objects[0]!.object).toBe(one.objects[0]!.object)
  expect(two.objects[0]!.origin).toEqual({ source: 0, path: 'two/other.yaml' })
})

test('shared objects cannot be changed by one application', async () => {
  await using renderer = await testRenderer()
  const result = await renderer.render(request({ tree: fleet, path: 'app' }))
  expect(() => Object.assign(result.objects[0]!.object.metadata, { name: 'changed' })).toThrow(TypeError)
})

test('the overrides in .argocd-source.yaml count, and those of the application win', async () => {
  await using renderer = await testRenderer()
  const tree = memoryTree({
    'app/.argocd-source.yaml': 'directory: {recurse: true, exclude: a.yaml}\nrepoURL: https://elsewhere.example\n',
    'app/.argocd-source-web.yaml': 'directory: {exclude: b.yaml}\n',
    'app/a.yaml': configMap('a'),
    'app/b.yaml': configMap('b'),
    'app/sub/c.yaml': configMap('c'),
  })
  expect(names(await renderer.render(request({ tree, path: 'app' })))).toEqual(['ConfigMap a', 'ConfigMap c'])
})

test('of an object that two sources declare the last wins, with a warning', async () => {
  await using renderer = await testRenderer()
  const one = memoryTree({ 'cm.yaml': configMap('x', { from: 'one' }), 'other.yaml': configMap('other') })
  const two = memoryTree({
    'cm.yaml': configMap('x', { from: 'two' }).replace('name: x', 'name: x\n  namespace: shop'),
  })
  const result = await renderer.render(
    request([
      { tree: one, path: '.' },
      { tree: two, path: '.' },
    ]),
  )
  expect(result.objects.map(({ object, origin }) => [object.metadata.name, object['data'], origin.source])).toEqual([
    ['other', {}, 0],
    ['x', { from: 'two' }, 1],
  ])
  expect(result.warnings).toEqual([
    { reason: 'RepeatedResource', message: 'ConfigMap shop/x is declared 2 times; the one in cm.yaml wins' },
  ])
})

test('equal inputs have equal digests, different ones different digests', async () => {
  await using renderer = await testRenderer()
  const digest = async (text: string) =>
    (await renderer.render(request({ tree: memoryTree({ 'a.yaml': text }), path: '' }))).digest
  expect(await digest(configMap('a'))).toBe(await digest(configMap('a')))
  expect(await digest(configMap('a'))).not.toBe(await digest(configMap('b')))
})
