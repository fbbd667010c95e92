import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, startApi } from '../testing/api.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const REVIEWS = '/apis/authorization.k8s.io/v1'
const PODS = '/api/v1/namespaces/default/pods'

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api[Symbol.asyncDispose]())

const as = (user: string, ...groups: string[]) => ({
  headers: { 'impersonate-user': user, ...(groups.length > 0 && { 'impersonate-group': groups }) },
})

async function grant(namespace: string, name: string, subject: object, rules: object[]): Promise<void> {
  const place = `${RBAC}/namespaces/${namespace}`
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules }
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef,
    subjects: [subject],
  }
  expect((await api.call('POST', `${place}/roles`, { body: role })).code).toBe(201)
  expect((await api.call('POST', `${place}/rolebindings`, { body: binding })).code).toBe(201)
}

const bob = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }
const readPods = { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] }

test('without a token: health and version are open, the rest is refused by name', async () => {
  expect((await api.call('GET', '/readyz', { token: '' })).code).toBe(200)
  expect((await api.call('GET', '/version', { token: '' })).body.gitVersion).toMatch(/^v1\.35\./)
  expect(await api.call('GET', PODS, { token: '' })).toMatchObject({
    code: 403,
    body: {
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
      details: { kind: 'pods' },
    },
  })
  expect((await api.call('GET', '/openapi/v3', { token: '' })).body.message).toBe(
    'forbidden: User "system:anonymous" cannot get path "/openapi/v3"',
  )
})

test('a token nobody gave out is 401', async () => {
  for (const token of ['wrong', 'a.b.c']) {
    expect(await api.call('GET', PODS, { token })).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized', message: 'Unauthorized' },
    })
  }
})

test('a role allows what it names, there and nowhere else', async () => {
  await grant('default', 'reader', bob, [readPods])
  const codes = async (...paths: string[]) =>
    Promise.all(paths.map(async (path) => (await api.call('GET', path, as('bob'))).code))
  expect(
    await codes(PODS, '/api/v1/namespaces/kube-system/pods', '/api/v1/pods', '/api/v1/namespaces/default/secrets'),
  ).toEqual([200, 403, 403, 403])
  expect((await api.call('GET', `${PODS}/x/log`, as('bob'))).code).toBe(404)
  expect((await api.call('GET', `${PODS}?watch=1`, as('bob'))).body.message).toContain('cannot watch resource "pods"')
  expect(await api.call('DELETE', `${PODS}/x`, as('bob'))).toMatchObject({
    code: 403,
    body: {
      message:
        'pods "x" is forbidden: User "bob" cannot delete resource "pods" in API group "" in the namespace "default"',
      details: { name: 'x', kind: 'pods' },
    },
  })
})

test('resourceNames, groups, and the roles every cluster has', async () => {
  await grant('default', 'one', { ...bob, kind: 'Group', name: 'team' }, [
    { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web'], verbs: ['get'] },
  ])
  const get = async (name: string, ...groups: string[]) =>
    (await api.call('GET', `/apis/apps/v1/namespaces/default/deployments/${name}`, as('ann', ...groups))).code
  expect([await get('web', 'team'), await get('other', 'team'), await get('web')]).toEqual([404, 403, 403])

  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'views' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }],
  }
  await api.call('POST', `${RBAC}/clusterrolebindings`, { body: binding })
  expect((await api.call('GET', '/api/v1/pods', as('ann'))).code).toBe(200)
  expect((await api.call('GET', '/api/v1/secrets', as('ann'))).code).toBe(403)
  expect((await api.call('POST', PODS, { body: {}, ...as('ann') })).code).toBe(403)
})

test('impersonation is itself a right', async () => {
  await grant('default', 'reader', bob, [readPods])
  const token = await tokenOf('robot')
  expect(await api.call('GET', PODS, { token, ...as('bob') })).toMatchObject({
    code: 403,
    body: {
      message:
        'users "bob" is forbidden: User "system:serviceaccount:default:robot" cannot impersonate resource "users" in API group "" at the cluster scope',
    },
  })
  expect((await api.call('GET', PODS, { headers: { 'impersonate-group': 'team' } })).code).toBe(400)
})

async function tokenOf(name: string): Promise<string> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts'
  // There already for a second token.
  await api.call('POST', accounts, { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } } })
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
  const reply = await api.call('POST', `${accounts}/${name}/token`, { body })
  expect(reply).toMatchObject({
    code: 201,
    body: { kind: 'TokenRequest', status: { expirationTimestamp: expect.any(String) } },
  })
  return reply.body.status.token
}

test('a token of a ServiceAccount: its rights, its end, and the end of its account', async () => {
  const token = await tokenOf('robot')
  expect((await api.call('GET', PODS, { token })).code).toBe(403)
  await grant('default', 'robots', { kind: 'ServiceAccount', name: 'robot', namespace: 'default' }, [readPods])
  expect((await api.call('GET', PODS, { token })).code).toBe(200)
  expect((await api.call('GET', PODS, { token: `${token}x` })).code).toBe(401)
  await api.clock.advance(600_000)
  expect((await api.call('GET', PODS, { token })).code).toBe(401)

  const second = await tokenOf('robot')
  expect((await api.call('GET', PODS, { token: second })).code).toBe(200)
  await api.call('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot')
  expect((await api.call('GET', PODS, { token: second })).code).toBe(401)
})

test('who am I', async () => {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  expect((await api.call('POST', path, { body: review })).body.status.userInfo).toEqual({
    username: 'kubernetes-admin',
    groups: ['system:masters', 'system:authenticated'],
  })
  expect((await api.call('POST', path, { body: review, ...as('bob', 'a', 'b') })).body.status.userInfo).toEqual({
    username: 'bob',
    groups: ['a', 'b', 'system:authenticated'],
  })
})

test('may I, may they', async () => {
  await grant('default', 'reader', bob, [readPods])
  const attributes = (verb: string) => ({ resourceAttributes: { namespace: 'default', verb, resource: 'pods' } })
  const mine = async (verb: string) =>
    (
      await api.call('POST', `${REVIEWS}/selfsubjectaccessreviews`, {
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: attributes(verb) },
        ...as('bob'),
      })
    ).body.status
  expect(await mine('get')).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to User "bob"',
  })
  expect(await mine('delete')).toEqual({ allowed: false })
  const theirs = await api.call('POST', `${REVIEWS}/subjectaccessreviews`, {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { ...attributes('list'), user: 'bob' },
    },
  })
  expect(theirs.body.status.allowed).toBe(true)
  const nobody = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: attributes('list') }
  expect(await api.call('POST', `${REVIEWS}/subjectaccessreviews`, { body: nobody })).toMatchObject({
    code: 422,
    body: { reason: 'Invalid' },
  })
  const rules = await api.call('POST', `${REVIEWS}/selfsubjectrulesreviews`, {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'default' } },
    ...as('bob'),
  })
  expect(rules.body.status.resourceRules).toContainEqual({
    verbs: ['get', 'list'],
    apiGroups: [''],
    resources: ['pods', 'pods/log'],
  })
})

test('whose token is this', async () => {
  const token = await tokenOf('robot')
  const ask = async (text: string) =>
    (
      await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: text } },
      })
    ).body.status
  expect(await ask(token)).toMatchObject({
    authenticated: true,
    user: { username: 'system:serviceaccount:default:robot' },
  })
  expect(await ask('nonsense')).toMatchObject({ authenticated: false })
})
