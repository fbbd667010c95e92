import { expect, test } from 'vitest'
import { Application, unknownApplicationFields } from './application.ts'

const application = (spec: object) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'web' },
  spec: { destination: {}, ...spec },
  status: { sync: {} },
})

const unknownOf = (spec: object) => unknownApplicationFields(application(spec), Application.parse(application(spec)))

test('fields that nothing stands for are named with their path, also in lists', () => {
  expect(
    unknownOf({
      sources: [
        { repoURL: 'a', helm: { valuesFiles: ['x'] } },
        { repoURL: 'b', directory: { recursive: true } },
      ],
      syncPolicies: {},
    }),
  ).toEqual([
    'spec.sources.0.helm.valuesFiles: this field is not known',
    'spec.sources.1.directory.recursive: this field is not known',
    'spec.syncPolicies: this field is not known',
  ])
})

test('every field of a source is known', () => {
  const source = {
    repoURL: 'a',
    directory: {
      jsonnet: { extVars: [{ name: 'a', value: 'b', code: true }], tlas: [{ name: 'a', value: 'b' }], libs: ['l'] },
    },
    plugin: {
      name: 'p',
      env: [{ name: 'A', value: 'b' }],
      parameters: [
        { name: 'a', string: 's' },
        { name: 'b', map: { c: 'd' } },
        { name: 'e', array: ['f'] },
      ],
    },
  }
  expect(unknownOf({ source })).toEqual([])
})
