/** Config management plug-ins with real programs: the examples in Bash, Python and Go, and small ones that misbehave. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PluginSource } from '../../api/application.ts'
import { type MemoryFiles, memoryTree } from './memory-tree.ts'
import { readPlugins } from './plugins.ts'
import type { RenderRequest } from './renderer.ts'
import { chartTree, configMap, dataOf, names, request, testRenderer } from './testkit.ts'

const examples = join(import.meta.dirname, '../../../examples/plugins')
let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'halcyon-plugins-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** A renderer with plug-ins: name to spec and annotations. */
async function withPlugins(
  specs: Record<string, { spec: object; annotations?: Record<string, string> }>,
  timeMs = 20_000,
) {
  const folder = await mkdtemp(join(home, 'folder-'))
  for (const [name, { spec, annotations = {} }] of Object.entries(specs)) {
    await mkdir(join(folder, name))
    const plugin = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ConfigManagementPlugin',
      metadata: { name, annotations },
      spec,
    }
    await writeFile(join(folder, name, 'plugin.yaml'), JSON.stringify(plugin))
  }
  return await testRenderer({ plugins: await readPlugins(folder), limits: { timeMs } })
}

const sh = (script: string) => ({ command: ['sh', '-c'], args: [script] })
const echo = (name: string) => sh(`printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: ${name}}\\n'`)
const app = (files: MemoryFiles, plugin?: PluginSource, change: Partial<RenderRequest> = {}) =>
  request({ tree: memoryTree(files), path: 'app', ...(plugin === undefined ? {} : { plugin }) }, change)

test('the example in Bash: discovered by a file name, with variables and parameters', async () => {
  await using renderer = await testRenderer({ plugins: await readPlugins(examples) })
  const files = { 'app/web.env': "COLOR=it's blue\n# a comment\nSIZE=2", 'app/cm.yaml': configMap('left-alone') }
  const found = await renderer.render(app(files))
  expect(names(found)).toEqual(['ConfigMap web'])
  expect(found.tools).toEqual(['Plugin'])
  expect(found.readSets[0]).toEqual([{ kind: 'tree', path: 'app' }])
  expect(dataOf(found, 'web')).toEqual({ COLOR: "it's blue", SIZE: '2' })
  const plugin = {
    name: 'env-files-v1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the build environment
    env: [{ name: 'TEAM', value: '${ARGOCD_APP_NAME}-team' }],
    parameters: [{ name: 'prefix', string: 'my-' }],
  }
  const named = await renderer.render(app(files, plugin))
  expect(named.objects[0]?.object.metadata).toMatchObject({ name: 'my-web', annotations: { team: 'web-team' } })
})

test('the example in Python: discovered by a glob, with an init and a map', async () => {
  await using renderer = await testRenderer({ plugins: await readPlugins(examples) })
  const plugin = { parameters: [{ name: 'labels', map: { tier: 'front' } }] }
  const result = await renderer.render(app({ 'app/services.json': '{"api": 80, "web": 8080}' }, plugin))
  expect(names(result)).toEqual(['Service api', 'Service web'])
  expect(result.objects[1]?.object.metadata.labels).toEqual({ app: 'web', tier: 'front' })
  await expect(renderer.render(app({ 'app/services.json': '{"api": "x"}' }, plugin))).rejects.toMatchObject({
    reason: 'RenderFailed',
    message: 'Cannot render web: plug-in services: services.json: the port of api is no number',
  })
  await expect(renderer.render(app({ 'app/services.json': '{' }, plugin))).rejects.toMatchObject({
    message: expect.stringMatching(/plug-in services \(init\): .*line 1/),
  })
})

const hasGo = (() => {
  try {
    execFileSync('go', ['version'])
    return true
  } catch {
    return false
  }
})()

test.skipIf(!hasGo)('the example in Go: discovered by a command', async () => {
  const folder = await mkdtemp(join(home, 'go-'))
  cpSync(examples, folder, { recursive: true })
  execFileSync('go', ['build', '-o', 'generate-teams', '.'], { cwd: join(folder, 'go') })
  await using renderer = await testRenderer({ plugins: await readPlugins(folder) })
  const result = await renderer.render(app({ 'app/teams.txt': 'red\nblue\n' }))
  expect(names(result)).toEqual(['Namespace red', 'Namespace blue'])
  expect(result.objects[0]?.object.metadata.annotations).toEqual({ 'made-for': '1.35.2' })
})

test('a plug-in that discovers the source comes before Kustomize and Helm, unless the source has a block for them', async () => {
  await using renderer = await withPlugins({
    b: { spec: { generate: echo('b'), discover: { find: { glob: '**/Chart.yaml' } } } },
    a: { spec: { generate: echo('a'), discover: { fileName: './templates/c*.yaml' } } },
    c: { spec: { generate: echo('c') } },
  })
  const chart = { tree: chartTree(), path: 'charts/web' }
  expect(names(await renderer.render(request(chart)))).toEqual(['ConfigMap a'])
  expect((await renderer.render(request({ ...chart, helm: { values: 'a: 1' } }))).tools).toEqual(['Helm'])
  expect(names(await renderer.render(request({ ...chart, plugin: { name: 'c' } })))).toEqual(['ConfigMap c'])
})

test('a name that is not there, one that does not discover, and nobody that does, are errors that say so', async () => {
  await using renderer = await withPlugins({
    a: { spec: { generate: echo('a'), discover: { fileName: '*.a' } } },
    b: { spec: { version: 'v2', generate: echo('b') } },
  })
  const files = { 'app/x.yaml': configMap('x') }
  const refusal = (plugin: PluginSource) => expect(renderer.render(app(files, plugin))).rejects
  await refusal({ name: 'b' }).toMatchObject({
    reason: 'SpecInvalid',
    message: 'Cannot render app: there is no plug-in b (there are: a, b-v2)',
  })
  await refusal({ name: 'a' }).toMatchObject({ message: 'Cannot render app: the plug-in a does not discover it' })
  await refusal({}).toMatchObject({
    message: 'Cannot render web: no plug-in discovers it (there are: a, b-v2)',
  })
  expect(names(await renderer.render(app(files)))).toEqual(['ConfigMap x'])
})

test('commands see a clean environment and a copy of the source directory alone', async () => {
  process.env['HALCYON_TEST_SECRET'] = 'open sesame'
  await using renderer = await withPlugins({
    look: {
      spec: {
        generate: sh(
          [
            'echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: seen}, data: {"',
            'echo "secret: \'$HALCYON_TEST_SECRET\', files: \'$(find .. -type f | sort | tr "\\n" " ")\',"',
            "echo \"kube: '$KUBE_VERSION $KUBE_API_VERSIONS', list: '$PARAM_A_LIST_0 $PARAM_A_LIST_1', json: '$ARGOCD_APP_PARAMETERS',\"",
            "echo \"own: '$TOKEN$ARGOCD_ENV_TOKEN', mode: '$(test -x run.sh && echo x)'}}\"",
          ].join('; '),
        ),
      },
    },
  })
  const plugin = {
    name: 'look',
    env: [{ name: 'TOKEN', value: 't' }],
    parameters: [{ name: 'a-list', array: ['one', 'two'] }],
  }
  const files = { 'app/run.sh': '#!/bin/sh\n', 'other/secret.yaml': 'x: y' }
  const result = await renderer.render(app(files, plugin))
  delete process.env['HALCYON_TEST_SECRET']
  expect(dataOf(result, 'seen')).toEqual({
    secret: '',
    files: '../app/run.sh ',
    kube: '1.35.2 v1,apps/v1',
    list: 'one two',
    json: '[{"name":"a-list","array":["one","two"]}]',
    own: 't',
    mode: '',
  })
})

test('the whole repository is there for a plug-in that asks for it', async () => {
  await using renderer = await withPlugins({
    all: { spec: { generate: sh('cat ../base/cm.yaml') }, annotations: { 'halcyon.dev/copy': 'repository' } },
  })
  const files = { 'app/x': '', 'base/cm.yaml': configMap('base') }
  const result = await renderer.render(app(files, { name: 'all' }))
  expect(names(result)).toEqual(['ConfigMap base'])
  expect(result.readSets[0]).toEqual([{ kind: 'tree', path: '' }])
})

test('what misbehaves is an error in its own words, and the rest goes on', async () => {
  await using renderer = await withPlugins(
    {
      hangs: { spec: { generate: sh('sleep 600 & sleep 600') } },
      fails: { spec: { generate: sh('echo half: done; echo "no such region" >&2; exit 3') } },
      rubbish: { spec: { generate: sh('echo "Downloading..."; echo "kind: [" ') } },
      silent: { spec: { generate: { command: ['true'] } } },
      gone: { spec: { generate: { command: ['no-such-program-here'] } } },
      works: { spec: { generate: echo('works') } },
    },
    1_500,
  )
  const files = { 'app/x.yaml': configMap('x') }
  const of = (name: string) => renderer.render(app(files, { name }))
  await expect(of('hangs')).rejects.toMatchObject({
    reason: 'RenderTimedOut',
    message: 'Cannot render web: plug-in hangs ran longer than 1.5 s',
  })
  await expect(of('fails')).rejects.toMatchObject({
    reason: 'RenderFailed',
    message: 'Cannot render web: plug-in fails: no such region',
  })
  await expect(of('rubbish')).rejects.toMatchObject({
    reason: 'ManifestInvalid',
    message: expect.stringMatching(/^Cannot read what the plug-in rubbish printed: line \d+: /),
  })
  await expect(of('gone')).rejects.toMatchObject({ message: expect.stringContaining('no-such-program-here') })
  expect(names(await of('silent'))).toEqual([])
  expect(names(await of('works'))).toEqual(['ConfigMap works'])
})

test('nothing is run again until something it sees changes', async () => {
  await using renderer = await withPlugins({ works: { spec: { generate: echo('works') } } })
  const plugin = { name: 'works' }
  await renderer.render(app({ 'app/x': '1', 'else/y': '1' }, plugin))
  expect((await renderer.render(app({ 'app/x': '1', 'else/y': '2' }, plugin))).cached).toBe(true)
  expect((await renderer.render(app({ 'app/x': '2', 'else/y': '2' }, plugin))).cached).toBe(false)
})

test.each([
  { reason: 'no command', spec: {}, message: /broken\.yaml: spec\.generate: / },
  { reason: 'an empty command', spec: { generate: { command: [] } }, message: /spec\.generate\.command: it is empty/ },
  {
    reason: 'an unknown field',
    spec: { generate: echo('x'), discovery: {} },
    message: /spec\.discovery: this field is not known/,
  },
])('a declaration with $reason is refused by the name of its file', async ({ spec, message }) => {
  const folder = await mkdtemp(join(home, 'broken-'))
  const plugin = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ConfigManagementPlugin', metadata: { name: 'x' }, spec }
  await writeFile(join(folder, 'broken.yaml'), JSON.stringify(plugin))
  await expect(readPlugins(folder)).rejects.toMatchObject({
    reason: 'ConfigInvalid',
    message: expect.stringMatching(message),
  })
})

test('a declaration in a ConfigMap counts; two of one name do not', async () => {
  const folder = await mkdtemp(join(home, 'twice-'))
  const plugin = JSON.stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ConfigManagementPlugin',
    metadata: { name: 'x' },
    spec: { version: 'v1', generate: echo('x') },
  })
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { 'plugin.yaml': plugin } }
  await writeFile(join(folder, 'a.yaml'), JSON.stringify(map))
  expect((await readPlugins(folder)).map(({ name }) => name)).toEqual(['x-v1'])
  await writeFile(join(folder, 'b.yaml'), plugin)
  await expect(readPlugins(folder)).rejects.toMatchObject({ message: expect.stringContaining('x-v1 is there twice') })
})
