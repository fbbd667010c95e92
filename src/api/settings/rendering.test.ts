import { expect, test } from 'vitest'
import { parseSettings } from './settings.ts'

test('without settings every tool is on and value files may come by http and https', () => {
  expect(parseSettings({}).rendering).toEqual({
    enabled: { helm: true, kustomize: true, jsonnet: true },
    kustomizeBuildOptions: '',
    kustomizeVersions: {},
    valuesFileSchemes: ['https', 'http'],
  })
})

test('tools are switched off, versions of kustomize declared, schemes listed', () => {
  const { rendering, problems } = parseSettings({
    'helm.enable': 'false',
    'kustomize.buildOptions': '--enable-helm',
    'kustomize.path.v5.0.0': '/opt/kustomize-5.0.0',
    'kustomize.buildOptions.v5.0.0': '--load-restrictor LoadRestrictionsNone',
    'kustomize.version.v4.5.7': '/opt/kustomize-4.5.7',
    'helm.valuesFileSchemes': 'secrets, HTTPS,',
  })
  expect(problems).toEqual([])
  expect(rendering).toEqual({
    enabled: { helm: false, kustomize: true, jsonnet: true },
    kustomizeBuildOptions: '--enable-helm',
    kustomizeVersions: {
      'v5.0.0': { path: '/opt/kustomize-5.0.0', buildOptions: '--load-restrictor LoadRestrictionsNone' },
      'v4.5.7': { path: '/opt/kustomize-4.5.7', buildOptions: undefined },
    },
    valuesFileSchemes: ['secrets', 'https'],
  })
})

test('no scheme at all when the list is empty', () => {
  expect(parseSettings({ 'helm.valuesFileSchemes': '' }).rendering.valuesFileSchemes).toEqual([])
})

test('what cannot be read is named and has its default', () => {
  const { rendering, problems } = parseSettings({
    'kustomize.enable': 'off',
    'kustomize.path.v1': 'kustomize',
    'kustomize.path.v2': '/a',
    'kustomize.version.v2': '/b',
  })
  expect(rendering.enabled.kustomize).toBe(true)
  expect(problems).toEqual([
    'kustomize.enable: "off" is neither true nor false',
    'kustomize.path.v1: "kustomize" is no absolute path',
    'kustomize.path.v2: the version v2 is declared twice',
  ])
})
