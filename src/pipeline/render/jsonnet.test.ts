import { expect, test } from 'vitest'
import { parseSettings } from '../../api/settings/settings.ts'
import { type MemoryFiles, memoryTree } from './memory-tree.ts'
import { dataOf, names, request, testRenderer } from './testkit.ts'

const files: MemoryFiles = {
  'apps/web/main.jsonnet': [
    "local cm = import 'cm.libsonnet';",
    "local shared = import 'names.libsonnet';",
    "function(team='none') [cm('one', { env: std.extVar('env'), team: team, text: importstr 'note.txt' }),",
    "  cm(shared.second, { count: std.toString(std.extVar('count') + 1) })]",
  ].join('\n'),
  'apps/web/note.txt': 'hello',
  'apps/web/plain.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n',
  'lib/cm.libsonnet':
    "function(name, data) { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name }, data: data }",
  'lib/names.libsonnet': "{ second: (import 'deep/second.libsonnet').name }",
  'lib/deep/second.libsonnet': "{ name: 'two' }",
}
const jsonnet = {
  extVars: [
    { name: 'env', value: 'prod-$ARGOCD_APP_NAME' },
    { name: 'count', value: '41', code: true },
  ],
  tlas: [{ name: 'team', value: "'t' + '1'", code: true }],
  libs: ['lib'],
}
const web = (change: MemoryFiles = {}) =>
  request({ tree: memoryTree({ ...files, ...change }), path: 'apps/web', directory: { jsonnet } })

test('variables, top-level arguments with code and libraries make objects, beside plain manifests', async () => {
  await using renderer = await testRenderer()
  const result = await renderer.render(web())
  expect(names(result)).toEqual(['ConfigMap one', 'ConfigMap two', 'ConfigMap plain'])
  expect(dataOf(result, 'one')).toEqual({ env: 'prod-web', team: 't1', text: 'hello' })
  expect(dataOf(result, 'two')).toEqual({ count: '42' })
  expect(result.readSets[0]).toEqual(
    expect.arrayContaining([
      { kind: 'file', path: 'lib/deep/second.libsonnet' },
      { kind: 'file', path: 'apps/web/note.txt' },
      // Beside the importing file it would come first.
      { kind: 'file', path: 'apps/web/cm.libsonnet' },
    ]),
  )
})

test('it is evaluated again only when a file that it read changes', async () => {
  await using renderer = await testRenderer()
  const first = await renderer.render(web())
  expect((await renderer.render(web({ 'lib/unused.libsonnet': '{}' }))).cached).toBe(true)
  const changed = await renderer.render(web({ 'lib/deep/second.libsonnet': "{ name: 'three' }" }))
  expect(names(changed)).toContain('ConfigMap three')
  expect(changed.digest).not.toBe(first.digest)
})

test.each([
  { main: "error 'no such team'", message: /Cannot evaluate apps\/web\/main\.jsonnet: RUNTIME ERROR: no such team/ },
  { main: '{ a: ', message: /main\.jsonnet:1:.*Unexpected end of file/ },
  { main: "import '../../../../etc/passwd'", message: /no such file in the repository/ },
  { main: "importstr '/etc/passwd'", message: /no such file in the repository: \/etc\/passwd/ },
  { main: "import 'gone.libsonnet'", message: /no such file in the repository: gone\.libsonnet/ },
  { main: 'local f(x) = f(x); f(1)', message: /Cannot evaluate apps\/web\/main\.jsonnet: / },
])('$main is an error that names the file', async ({ main, message }) => {
  await using renderer = await testRenderer({ limits: { timeMs: 3_000 } })
  await expect(renderer.render(web({ 'apps/web/main.jsonnet': main }))).rejects.toMatchObject({
    message: expect.stringMatching(message),
  })
})

test('an evaluation without end is stopped, and the next one works', async () => {
  await using renderer = await testRenderer({ limits: { timeMs: 2_000 } })
  const endless = web({ 'apps/web/main.jsonnet': 'local f(n) = if n < 2 then 1 else f(n - 1) + f(n - 2); f(80)' })
  await expect(renderer.render(endless)).rejects.toMatchObject({ reason: 'RenderTimedOut' })
  expect(names(await renderer.render(web()))).toContain('ConfigMap one')
})

test('what it evaluates to must be an object of Kubernetes', async () => {
  await using renderer = await testRenderer()
  await expect(renderer.render(web({ 'apps/web/main.jsonnet': '{ a: 1 }' }))).rejects.toMatchObject({
    reason: 'ManifestInvalid',
    message: expect.stringContaining('Cannot read what apps/web/main.jsonnet evaluates to'),
  })
})

test('Jsonnet that is switched off is left alone', async () => {
  await using renderer = await testRenderer({ settings: () => parseSettings({ 'jsonnet.enable': 'false' }).rendering })
  expect(names(await renderer.render(web()))).toEqual(['ConfigMap plain'])
})
