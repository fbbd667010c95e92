/** What argocd-cm says about rendering, through the real renderer and tools. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSettings } from '../../api/settings/settings.ts'
import { memoryTree } from './memory-tree.ts'
import { chartTree, configMap, dataOf, names, request, testRenderer } from './testkit.ts'
import { unpacked } from './tools.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'halcyon-rendering-settings-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const withSettings = (data: Record<string, string>) => testRenderer({ settings: () => parseSettings(data).rendering })

test('a tool that is switched off leaves the manifests beside its file', async () => {
  const tree = memoryTree({
    'k/kustomization.yaml': 'resources: [cm.yaml]\nnamePrefix: made-\n',
    'k/cm.yaml': configMap('plain'),
  })
  await using on = await withSettings({})
  expect(names(await on.render(request({ tree, path: 'k' })))).toEqual(['ConfigMap made-plain'])
  await using off = await withSettings({ 'kustomize.enable': 'false' })
  const result = await off.render(request({ tree, path: 'k' }))
  expect(names(result)).toEqual(['ConfigMap plain'])
  expect(result.tools).toEqual(['Directory'])
})

test('with Kustomize off a directory with both kinds of file is a chart', async () => {
  const tree = chartTree({ 'kustomization.yaml': 'resources: []\n' })
  await using off = await withSettings({ 'kustomize.enable': 'false' })
  expect((await off.render(request({ tree, path: 'charts/web' }))).tools).toEqual(['Helm'])
})

test('a version of kustomize from the settings runs, with its own flags; another is named', async () => {
  const real = await unpacked('kustomize', join(tmpdir(), 'halcyon-test-tools'))
  const path = join(home, 'kustomize-4.5.7')
  const script = [
    '#!/bin/sh',
    'if [ "$1" = version ]; then echo "{Version:kustomize/v4.5.7 GitCommit:x}"; exit 0; fi',
    '[ "$1" = build ] || exit 9',
    'shift',
    'case "$*" in *--load-restrictor*) ;; *) exit 8;; esac',
    `exec ${real} kustomize "$@"`,
    '',
  ]
  await writeFile(path, script.join('\n'))
  await chmod(path, 0o755)
  const tree = memoryTree({ 'k/kustomization.yaml': 'resources: [cm.yaml]\n', 'k/cm.yaml': configMap('plain') })
  await using renderer = await withSettings({
    'kustomize.path.v4.5.7': path,
    'kustomize.buildOptions.v4.5.7': '--load-restrictor LoadRestrictionsRootOnly',
  })
  const of = (version: string) => request({ tree, path: 'k', kustomize: { version } })
  expect(names(await renderer.render(of('v4.5.7')))).toEqual(['ConfigMap plain'])
  await expect(renderer.render(of('v9.9.9'))).rejects.toMatchObject({
    reason: 'SpecInvalid',
    message: 'Cannot use kustomize v9.9.9: the settings have no kustomize.path.v9.9.9 (they have: v4.5.7)',
  })
})

test('a values file by a scheme that is not allowed is refused, and by one that needs a plug-in of Helm too', async () => {
  const of = (file: string) => request({ tree: chartTree(), path: 'charts/web', helm: { valueFiles: [file] } })
  await using none = await withSettings({ 'helm.valuesFileSchemes': '' })
  await expect(none.render(of('https://values.example/a.yaml'))).rejects.toMatchObject({
    reason: 'SpecInvalid',
    message: expect.stringContaining('URLs with https are not allowed (helm.valuesFileSchemes: none)'),
  })
  await using secrets = await withSettings({ 'helm.valuesFileSchemes': 'secrets' })
  await expect(secrets.render(of('secrets://values.yaml'))).rejects.toMatchObject({
    message: expect.stringContaining('secrets needs a plug-in of Helm'),
  })
})

test('the settings are asked at each render', async () => {
  let data: Record<string, string> = {}
  await using renderer = await testRenderer({ settings: () => parseSettings(data).rendering })
  const chart = request({
    tree: chartTree({ 'plain.yaml': configMap('beside') }),
    path: 'charts/web',
    helm: { values: 'a: x' },
  })
  expect(dataOf(await renderer.render(chart), 'web')).toMatchObject({ a: '"x"' })
  data = { 'helm.enable': 'false' }
  expect(names(await renderer.render(chart))).toEqual(['ConfigMap beside'])
})
