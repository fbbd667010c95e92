/** A custom kind from its definition to its end: what is refused, filled in, dropped, and in whose words. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFINITIONS } from '../../../test/differential/kinds/custom.ts'
import { type Api, startApi } from '../testing/api.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const V1 = '/apis/diff.example.com/v1/namespaces/default/widgets'
const V1BETA1 = '/apis/diff.example.com/v1beta1/namespaces/default/widgets'

let api: Api
beforeEach(async () => {
  api = await startApi()
  for (const body of DEFINITIONS) expect((await api.call('POST', CRDS, { body })).code).toBe(201)
  await api.clock.advance(200)
})
afterEach(() => api[Symbol.asyncDispose]())

const widget = (spec: object, name = 'it') => ({
  apiVersion: 'diff.example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
})
const create = (spec: object) => api.call('POST', V1, { body: widget(spec) })
const patch = (body: object) => api.call('PATCH', `${V1}/it`, { type: 'application/merge-patch+json', body })

test('defaults come in, unknown fields go out with a warning', async () => {
  const made = await create({ size: 1, nested: {}, unknown: 1 })
  expect(made.body.spec).toEqual({ size: 1, mode: 'free', flag: false, nested: { depth: 1 } })
  expect(made.warnings).toEqual(['unknown field "spec.unknown"'])
})

test.each<[object, string]>([
  [{}, 'spec.size: Required value'],
  [{ size: 101 }, 'spec.size: Invalid value: 101: spec.size in body should be less than or equal to 100'],
  [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
  [{ size: 1, ratio: 0.5 }, 'spec.ratio: Invalid value: 0.5: spec.ratio in body should be greater than 0.5'],
  [{ size: 1, mode: 'odd' }, 'spec.mode: Unsupported value: "odd": supported values: "free", "fixed"'],
  [{ size: 1, title: 'toolongtitle' }, 'spec.title: Too long: may not be more than 10 bytes'],
  [
    { size: 1, when: 'yesterday' },
    'spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday"',
  ],
  [{ size: 1, tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'],
  [{ size: 1, tags: ['1', '2', '3', '4', '5'] }, 'spec.tags: Too many: 5: must have at most 4 items'],
  [
    { size: 1, choice: { left: 'x', right: 'y' } },
    '<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ],
  [{ size: 5, max: 3 }, 'spec.size: Invalid value: size must not be above max'],
  [{ size: 1, amount: '20Gi' }, 'spec.amount: Invalid value: "20Gi": amount 20Gi is not below 10Gi'],
])('refused: %j', async (spec, text) => {
  const { code, body } = await create(spec)
  expect(code).toBe(422)
  expect(body.message).toContain(text)
})

test('rules about what was before: immutable once set, forbidden by reason', async () => {
  await create({ size: 1, code: 'one', mode: 'fixed' })
  expect((await patch({ spec: { code: 'two' } })).body.message).toBe(
    'Widget.diff.example.com "it" is invalid: spec.code: Invalid value: "two": code is immutable',
  )
  expect((await patch({ spec: { size: 2 } })).body.details.causes).toEqual([
    { reason: 'FieldValueForbidden', message: 'Forbidden: size is fixed', field: 'spec' },
  ])
})

test('what a tightened schema would refuse may stay as long as it does not change', async () => {
  await create({ size: 90, title: 'abc' })
  const path = `${CRDS}/widgets.diff.example.com`
  const crd = (await api.call('GET', path)).body
  for (const version of crd.spec.versions) version.schema.openAPIV3Schema.properties.spec.properties.size.maximum = 50
  expect((await api.call('PUT', path, { body: crd })).code).toBe(200)
  expect((await patch({ spec: { title: 'abcd' } })).code).toBe(200)
  expect((await patch({ spec: { size: 91 } })).code).toBe(422)
})

test('versions share their objects, and an old one says where to go', async () => {
  await create({ size: 1 })
  const old = await api.call('GET', `${V1BETA1}/it`)
  expect(old.body).toMatchObject({ apiVersion: 'diff.example.com/v1beta1', spec: { size: 1 } })
  expect(old.warnings).toEqual(['diff.example.com/v1beta1 Widget is deprecated; use diff.example.com/v1 Widget'])
})

test('ownership goes along from one version to the other', async () => {
  const apply = (path: string, apiVersion: string, spec: object) =>
    api.call('PATCH', `${path}/it?fieldManager=alice`, {
      type: 'application/apply-patch+yaml',
      body: { ...widget(spec), apiVersion },
    })
  await apply(V1BETA1, 'diff.example.com/v1beta1', { size: 1, map: { a: '1' } })
  const after = await apply(V1, 'diff.example.com/v1', { size: 1 })
  expect(after.body.spec.map).toBeUndefined()
  expect(after.body.metadata.managedFields).toMatchObject([{ manager: 'alice', apiVersion: 'diff.example.com/v1' }])
})

test('status has its own way in', async () => {
  await create({ size: 1 })
  const status = { status: { phase: 'Ready' }, spec: { size: 9 }, metadata: { labels: { a: 'b' } } }
  const after = await api.call('PATCH', `${V1}/it/status`, { type: 'application/merge-patch+json', body: status })
  expect(after.body).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' }, metadata: { generation: 1 } })
  expect(after.body.metadata.labels).toBeUndefined()
})
