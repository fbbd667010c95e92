import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, configMap, startApi } from '../testing/api.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/default/configmaps'

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api[Symbol.asyncDispose]())

async function policy(spec: object, binding: object = { validationActions: ['Deny'] }): Promise<void> {
  const rules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
  ]
  const body = { metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: rules }, ...spec } }
  const made = await api.call('POST', `${GROUP}/validatingadmissionpolicies`, { body })
  expect(made.code, made.text).toBe(201)
  const bound = await api.call('POST', `${GROUP}/validatingadmissionpolicybindings`, {
    body: { metadata: { name: 'b' }, spec: { policyName: 'p', ...binding } },
  })
  expect(bound.code, bound.text).toBe(201)
}

test('a policy denies in its own words', async () => {
  await policy({
    variables: [{ name: 'keys', expression: 'has(object.data) ? object.data.map(k, k) : []' }],
    validations: [
      {
        expression: 'variables.keys.size() < 3',
        messageExpression: "'too many keys: ' + string(variables.keys.size())",
      },
    ],
  })
  expect((await api.call('POST', MAPS, { body: configMap('ok', { a: '1' }) })).code).toBe(201)
  expect(await api.call('POST', MAPS, { body: configMap('big', { a: '1', b: '2', c: '3' }) })).toMatchObject({
    code: 422,
    body: {
      reason: 'Invalid',
      message: `configmaps "big" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too many keys: 3`,
    },
  })
})

test('without a binding, or for other resources, nothing is asked', async () => {
  const body = {
    metadata: { name: 'alone' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['*'] }],
      },
      validations: [{ expression: 'false' }],
    },
  }
  await api.call('POST', `${GROUP}/validatingadmissionpolicies`, { body })
  expect((await api.call('POST', MAPS, { body: configMap('a') })).code).toBe(201)
})

test('what was before counts, and a deletion has nothing after it', async () => {
  await policy({
    matchConditions: [{ name: 'no-create', expression: "request.operation != 'CREATE'" }],
    validations: [
      {
        expression: "request.operation == 'DELETE' || object.data == oldObject.data",
        message: 'data is fixed',
        reason: 'Forbidden',
      },
      { expression: "request.operation != 'DELETE'", message: 'never deleted' },
    ],
  })
  await api.call('POST', MAPS, { body: configMap('a', { k: '1' }) })
  expect(await api.call('PUT', `${MAPS}/a`, { body: configMap('a', { k: '2' }) })).toMatchObject({
    code: 403,
    body: { reason: 'Forbidden' },
  })
  expect((await api.call('DELETE', `${MAPS}/a`)).code).toBe(422)
  expect((await api.call('GET', `${MAPS}/a`)).body.data).toEqual({ k: '1' })
})

test('Warn lets through and tells', async () => {
  await policy({ validations: [{ expression: 'false', message: 'think again' }] }, { validationActions: ['Warn'] })
  const made = await api.call('POST', MAPS, { body: configMap('a') })
  expect(made.code).toBe(201)
  expect(made.warnings).toEqual(["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': think again"])
})

test('an expression that fails denies, unless the policy ignores failures', async () => {
  await policy({ validations: [{ expression: 'object.data.missing == "x"' }] })
  expect((await api.call('POST', MAPS, { body: configMap('a', { k: '1' }) })).body.message).toContain(
    `denied request: expression 'object.data.missing == "x"' resulted in error: No such key: missing`,
  )
})

test('parameters come from an object', async () => {
  await api.call('POST', MAPS, { body: configMap('limits', { most: '2' }) })
  await policy(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: '!has(object.data) || object.data.size() <= int(params.data.most)' }],
    },
    {
      validationActions: ['Deny'],
      paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' },
    },
  )
  expect((await api.call('POST', MAPS, { body: configMap('a', { a: '1', b: '2' }) })).code).toBe(201)
  expect((await api.call('POST', MAPS, { body: configMap('b', { a: '1', b: '2', c: '3' }) })).code).toBe(422)
})
