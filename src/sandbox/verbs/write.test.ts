import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, configMap, deployment, startApi } from '../testing/api.ts'

const PATH = '/api/v1/namespaces/default/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const PODS = '/api/v1/namespaces/default/pods'
const MERGE = 'application/merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api[Symbol.asyncDispose]())

const version = async () => Number((await api.call('GET', PATH)).body.metadata.resourceVersion)

test('create: 201 with uid, version and owner; a second is 409', async () => {
  const made = await api.call('POST', `${PATH}?fieldManager=me`, { body: configMap('a', { k: 'v' }) })
  expect(made).toMatchObject({
    code: 201,
    body: {
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: expect.any(String),
        resourceVersion: String(await version()),
        managedFields: [{ manager: 'me', operation: 'Update', fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } } }],
      },
    },
  })
  expect(await api.call('POST', PATH, { body: configMap('a') })).toMatchObject({
    code: 409,
    body: {
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    },
  })
})

test('generateName: a free name of its own each time', async () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'run-' } }
  const names = await Promise.all(
    [1, 2, 3].map(async () => (await api.call('POST', PATH, { body })).body.metadata.name),
  )
  expect(new Set(names).size).toBe(3)
  for (const name of names) expect(name).toMatch(/^run-[a-z0-9]{5}$/)
})

test.each([
  [
    'an unknown namespace',
    '/api/v1/namespaces/nowhere/configmaps',
    configMap('a'),
    404,
    'NotFound',
    'namespaces "nowhere" not found',
  ],
  [
    'another namespace in the body',
    PATH,
    configMap('a', {}, { namespace: 'other' }),
    400,
    'BadRequest',
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  ['another kind', PATH, deployment('a'), 400, 'BadRequest', ''],
  [
    'a version',
    PATH,
    configMap('a', {}, { resourceVersion: '5' }),
    400,
    'BadRequest',
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'a name that is none',
    PATH,
    configMap('A_b'),
    422,
    'Invalid',
    'ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b"',
  ],
  ['no name', PATH, { apiVersion: 'v1', kind: 'ConfigMap' }, 422, 'Invalid', 'name or generateName is required'],
])('create refuses %s', async (_, path, body, code, reason, message) => {
  const before = await version()
  const reply = await api.call('POST', path, { body })
  expect(reply).toMatchObject({ code, body: { reason } })
  expect(reply.body.message).toContain(message)
  expect(await version()).toBe(before)
})

test('dryRun=All: the answer of the write, and nothing written', async () => {
  const before = await version()
  const made = await api.call('POST', `${DEPLOYMENTS}?dryRun=All`, { body: deployment('a') })
  expect(made).toMatchObject({ code: 201, body: { spec: { strategy: { type: 'RollingUpdate' } } } })
  await api.call('POST', DEPLOYMENTS, { body: deployment('b') })
  const after = await version()
  expect(
    (await api.call('PATCH', `${DEPLOYMENTS}/b?dryRun=All`, { body: { spec: { replicas: 7 } }, type: MERGE })).body.spec
      .replicas,
  ).toBe(7)
  expect(
    (await api.call('PATCH', `${DEPLOYMENTS}/b/scale?dryRun=All`, { body: { spec: { replicas: 7 } }, type: MERGE }))
      .body.spec.replicas,
  ).toBe(7)
  expect((await api.call('DELETE', `${DEPLOYMENTS}/b?dryRun=All`)).code).toBe(200)
  expect(await version()).toBe(after)
  expect(after).toBe(before + 1)
  expect((await api.call('GET', `${DEPLOYMENTS}/b`)).body.spec.replicas).toBe(1)
})

test.each([
  [
    'POST',
    `${PATH}?dryRun=Some`,
    configMap('x'),
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
  [
    'POST',
    `${PATH}?fieldValidation=Loose`,
    configMap('x'),
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose"',
  ],
  [
    'PUT',
    `${PATH}/x?fieldManager=${'m'.repeat(129)}`,
    configMap('x'),
    'UpdateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
  ],
  [
    'DELETE',
    `${PATH}/x`,
    { propagationPolicy: 'Maybe' },
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Maybe"',
  ],
  [
    'DELETE',
    `${PATH}/x`,
    { propagationPolicy: 'Orphan', orphanDependents: true },
    'orphanDependents and deletionPropagation cannot be both set',
  ],
])('options: %s %s is 422', async (method, path, body, message) => {
  await api.call('POST', PATH, { body: configMap('x') })
  const reply = await api.call(method, path, { body })
  expect(reply).toMatchObject({ code: 422, body: { reason: 'Invalid', details: { group: 'meta.k8s.io' } } })
  expect(reply.body.message).toContain(message)
})

test('update: what changed meanwhile is 409, what did not change is not written', async () => {
  const made = (await api.call('POST', PATH, { body: configMap('a', { k: '1' }) })).body
  const same = await api.call('PUT', `${PATH}/a`, { body: made })
  expect(same.body.metadata.resourceVersion).toBe(made.metadata.resourceVersion)
  const changed = await api.call('PUT', `${PATH}/a`, { body: { ...made, data: { k: '2' } } })
  expect(Number(changed.body.metadata.resourceVersion)).toBe(Number(made.metadata.resourceVersion) + 1)
  expect(await api.call('PUT', `${PATH}/a`, { body: { ...made, data: { k: '3' } } })).toMatchObject({
    code: 409,
    body: {
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'a', kind: 'configmaps' },
    },
  })
  expect((await api.call('PUT', `${PATH}/b`, { body: made })).body.message).toBe(
    'the name of the object (a) does not match the name on the URL (b)',
  )
})

test('merge patch: null removes, objects merge, lists are replaced', async () => {
  await api.call('POST', PATH, { body: configMap('a', { k: '1', l: '2' }, { finalizers: ['a.b/c', 'd.e/f'] }) })
  const reply = await api.call('PATCH', `${PATH}/a`, {
    body: { data: { k: null, m: '3' }, metadata: { finalizers: ['a.b/c'] } },
    type: MERGE,
  })
  expect(reply).toMatchObject({ code: 200, body: { data: { l: '2', m: '3' }, metadata: { finalizers: ['a.b/c'] } } })
})

test('strategic merge: containers and ports by their keys, $patch directives, order', async () => {
  await api.call('POST', DEPLOYMENTS, { body: deployment('a') })
  const containers = async (list: unknown[], more: object = {}) =>
    (
      await api.call('PATCH', `${DEPLOYMENTS}/a`, {
        body: { spec: { template: { spec: { containers: list, ...more } } } },
        type: STRATEGIC,
      })
    ).body.spec.template.spec.containers.map(({ name, image }: { name: string; image: string }) => `${name}=${image}`)
  expect(await containers([{ name: 'side', image: 'side:1' }])).toEqual(['side=side:1', 'web=nginx:1'])
  expect(await containers([{ name: 'web', image: 'nginx:2' }])).toEqual(['side=side:1', 'web=nginx:2'])
  expect(await containers([{ name: 'side', $patch: 'delete' }])).toEqual(['web=nginx:2'])
  expect(await containers([{ $patch: 'replace' }, { name: 'only', image: 'o' }])).toEqual(['only=o'])
})

test('strategic merge: retainKeys drops what another strategy needs', async () => {
  await api.call('POST', DEPLOYMENTS, { body: deployment('a') })
  const reply = await api.call('PATCH', `${DEPLOYMENTS}/a`, {
    body: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    type: STRATEGIC,
  })
  expect(reply.body.spec.strategy).toEqual({ type: 'Recreate' })
})

test('JSON patch: add, replace, remove, move, copy, test', async () => {
  await api.call('POST', PATH, { body: configMap('a', { k: '1' }, { annotations: { 'x/y': '2' } }) })
  const reply = await api.call('PATCH', `${PATH}/a`, {
    type: JSON_PATCH,
    body: [
      { op: 'test', path: '/data/k', value: '1' },
      { op: 'add', path: '/data/n', value: '3' },
      { op: 'replace', path: '/metadata/annotations/x~1y', value: '4' },
      { op: 'copy', from: '/data/n', path: '/data/o' },
      { op: 'move', from: '/data/k', path: '/data/p' },
      { op: 'remove', path: '/data/n' },
    ],
  })
  expect(reply.body).toMatchObject({ data: { o: '3', p: '1' }, metadata: { annotations: { 'x/y': '4' } } })
  expect(Object.keys(reply.body.data)).toEqual(['o', 'p'])
})

test.each([
  [
    'a failed test',
    JSON_PATCH,
    [{ op: 'test', path: '/data/k', value: 'no' }],
    422,
    'the server rejected our request due to an error in our request',
  ],
  [
    'a path that is not there',
    JSON_PATCH,
    [{ op: 'remove', path: '/data/none' }],
    422,
    'the server rejected our request',
  ],
  [
    'a way to the prototype',
    JSON_PATCH,
    [{ op: 'add', path: '/__proto__/polluted', value: 'yes' }],
    422,
    'the server rejected our request',
  ],
  ['an operation without a path', JSON_PATCH, [{ op: 'add' }], 422, 'the server rejected our request'],
  [
    'no list',
    JSON_PATCH,
    { op: 'add' },
    400,
    'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'too many operations',
    JSON_PATCH,
    Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
    413,
    'The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
  [
    'a list as a merge patch',
    MERGE,
    [],
    400,
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  ['a wrong type', MERGE, { data: { k: 5 } }, 422, ' "" is invalid: patch: Invalid value: '],
  ['broken JSON', MERGE, '{"data": {', 400, 'error decoding patch: unexpected end of JSON input'],
  [
    'another name',
    MERGE,
    { metadata: { name: 'b' } },
    400,
    'the name of the object (b) does not match the name on the URL (a)',
  ],
  ['another kind of patch', 'application/json', {}, 415, '415: Unsupported Media Type'],
])('patch refuses %s', async (_, type, body, code, message) => {
  const made = (await api.call('POST', PATH, { body: configMap('a', { k: '1' }) })).body
  const reply = await api.call('PATCH', `${PATH}/a`, { body, type })
  expect(reply.code).toBe(code)
  expect(reply.body.message).toContain(message)
  expect((await api.call('GET', `${PATH}/a`)).body).toEqual(made)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('strict: an unknown field refuses the write; warn tells it; ignore is silent', async () => {
  const body = { ...configMap('a'), colour: 'red' }
  expect(await api.call('POST', `${PATH}?fieldValidation=Strict`, { body })).toMatchObject({
    code: 400,
    body: {
      reason: 'BadRequest',
      message:
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
    },
  })
  expect((await api.call('POST', `${PATH}?fieldValidation=Ignore`, { body })).warnings).toEqual([])
  await api.call('DELETE', `${PATH}/a`)
  const warned = await api.call('POST', PATH, { body })
  expect(warned).toMatchObject({ code: 201, warnings: ['unknown field "colour"'] })
  expect(warned.body.colour).toBeUndefined()
  const patch = { body: { spec: 1 }, type: MERGE }
  expect((await api.call('PATCH', `${PATH}/a?fieldValidation=Strict`, patch)).body.message).toContain(
    'strict decoding error: unknown field "spec"',
  )
})

test('delete: Success names what went; preconditions are kept', async () => {
  const made = (await api.call('POST', PATH, { body: configMap('a') })).body
  expect(await api.call('DELETE', `${PATH}/a`, { body: { preconditions: { uid: 'other' } } })).toMatchObject({
    code: 409,
    body: {
      reason: 'Conflict',
      message: expect.stringContaining('the UID in the precondition (other) does not match the UID in record'),
    },
  })
  expect((await api.call('DELETE', `${PATH}/a`, { body: { preconditions: { resourceVersion: '1' } } })).code).toBe(409)
  expect(await api.call('DELETE', `${PATH}/a`)).toMatchObject({
    code: 200,
    body: { kind: 'Status', status: 'Success', details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid } },
  })
  expect((await api.call('DELETE', `${PATH}/a`)).code).toBe(404)
})

test('finalizers hold a deleted object until the last is taken away', async () => {
  await api.call('POST', PATH, { body: configMap('a', {}, { finalizers: ['a.b/c'] }) })
  const marked = await api.call('DELETE', `${PATH}/a`)
  expect(marked.body).toMatchObject({
    kind: 'ConfigMap',
    metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 },
  })
  expect((await api.call('GET', `${PATH}/a`)).code).toBe(200)
  await api.call('PATCH', `${PATH}/a`, { body: { metadata: { finalizers: null } }, type: MERGE })
  expect((await api.call('GET', `${PATH}/a`)).code).toBe(404)
})

async function ownerAndDependant(): Promise<void> {
  const owner = (await api.call('POST', PATH, { body: configMap('owner') })).body
  const ownerReferences = [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid, blockOwnerDeletion: true },
  ]
  await api.call('POST', PATH, { body: configMap('dependant', {}, { ownerReferences, finalizers: ['a.b/c'] }) })
}

test.each([
  ['Background', 404, true],
  ['Foreground', 200, true],
  ['Orphan', 404, false],
] as const)('propagation %s', async (propagationPolicy, ownerCode, dependantGoes) => {
  await ownerAndDependant()
  await api.call('DELETE', `${PATH}/owner`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy } })
  const owner = await api.call('GET', `${PATH}/owner`)
  expect(owner.code).toBe(ownerCode)
  if (ownerCode === 200) expect(owner.body.metadata.finalizers).toEqual(['foregroundDeletion'])
  const dependant = (await api.call('GET', `${PATH}/dependant`)).body
  expect(dependant.metadata.deletionTimestamp !== undefined).toBe(dependantGoes)
  expect(dependant.metadata.ownerReferences !== undefined).toBe(dependantGoes)
  await api.call('PATCH', `${PATH}/dependant`, { body: { metadata: { finalizers: null } }, type: MERGE })
  expect((await api.call('GET', `${PATH}/owner`)).code).toBe(404)
})

test('deletecollection takes what the selector lets through', async () => {
  for (const name of ['a', 'b', 'c'])
    await api.call('POST', PATH, { body: configMap(name, {}, { labels: { app: name } }) })
  const reply = await api.call('DELETE', `${PATH}?labelSelector=app+in+(a,b)`)
  expect(reply.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['a', 'b'])
  expect(
    (await api.call('GET', PATH)).body.items.map((item: { metadata: { name: string } }) => item.metadata.name),
  ).toEqual(['c'])
})

test('status is written through its subresource alone', async () => {
  await api.call('POST', DEPLOYMENTS, { body: deployment('a') })
  const both = { status: { replicas: 4 }, spec: { replicas: 9 } }
  expect((await api.call('PATCH', `${DEPLOYMENTS}/a/status`, { body: both, type: MERGE })).body).toMatchObject({
    spec: { replicas: 1 },
    status: { replicas: 4 },
  })
  expect(
    (
      await api.call('PATCH', `${DEPLOYMENTS}/a`, {
        body: { status: { replicas: 5 }, spec: { replicas: 9 } },
        type: MERGE,
      })
    ).body,
  ).toMatchObject({
    spec: { replicas: 9 },
    status: { replicas: 4 },
  })
})

test('scale: read, replaced and patched as a Scale', async () => {
  await api.call('POST', DEPLOYMENTS, { body: deployment('a') })
  const scale = (await api.call('GET', `${DEPLOYMENTS}/a/scale`)).body
  expect(scale).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { replicas: 0, selector: 'app=a' },
  })
  expect(
    (await api.call('PUT', `${DEPLOYMENTS}/a/scale`, { body: { ...scale, spec: { replicas: 3 } } })).body.spec.replicas,
  ).toBe(3)
  expect((await api.call('PUT', `${DEPLOYMENTS}/a/scale`, { body: { ...scale, spec: { replicas: 4 } } })).code).toBe(
    409,
  )
  expect((await api.call('GET', `${DEPLOYMENTS}/a`)).body).toMatchObject({
    spec: { replicas: 3 },
    metadata: { generation: 2 },
  })
})

function pod(name: string, phase: string, ready: boolean): object {
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: 'a' } },
      spec: {
        containers: [
          { name: 'c', image: 'c' },
          { name: 'd', image: 'd' },
        ],
      },
    },
    status: { status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } },
  }
}

async function createPod(name: string, phase = 'Running', ready = true): Promise<void> {
  const parts = pod(name, phase, ready) as { pod: object; status: object }
  await api.call('POST', PODS, { body: parts.pod })
  await api.call('PATCH', `${PODS}/${name}/status`, { body: parts.status, type: MERGE })
}

const EVICTION = (name: string) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name, namespace: 'default' },
})

test('eviction: 429 while a budget forbids it', async () => {
  await createPod('p')
  await createPod('q')
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'a' } } },
  }
  await api.call('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', { body: budget })
  expect(await api.call('POST', `${PODS}/p/eviction`, { body: EVICTION('p') })).toMatchObject({
    code: 429,
    body: {
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          { reason: 'DisruptionBudget', message: 'The disruption budget b needs 2 healthy pods and has 2 currently' },
        ],
      },
    },
  })
  await createPod('r')
  expect((await api.call('POST', `${PODS}/p/eviction?dryRun=All`, { body: EVICTION('p') })).code).toBe(201)
  expect((await api.call('GET', `${PODS}/p`)).code).toBe(200)
  expect(await api.call('POST', `${PODS}/p/eviction`, { body: EVICTION('p') })).toMatchObject({
    code: 201,
    body: { status: 'Success' },
  })
  expect((await api.call('POST', `${PODS}/p/eviction`, { body: EVICTION('p') })).code).toBe(404)
})

test('binding: once', async () => {
  await createPod('p', 'Pending', false)
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } }
  expect((await api.call('POST', `${PODS}/p/binding`, { body })).code).toBe(201)
  expect((await api.call('GET', `${PODS}/p`)).body.spec.nodeName).toBe('n1')
  expect(await api.call('POST', `${PODS}/p/binding`, { body })).toMatchObject({
    code: 409,
    body: {
      reason: 'Conflict',
      message: 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
    },
  })
})

test('ephemeral containers: only they are written', async () => {
  await createPod('p')
  const body = {
    metadata: { labels: { app: 'other' } },
    spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox', targetContainerName: 'c' }] },
  }
  const reply = await api.call('PATCH', `${PODS}/p/ephemeralcontainers`, { body, type: STRATEGIC })
  expect(reply).toMatchObject({
    code: 200,
    body: { metadata: { labels: { app: 'a' } }, spec: { ephemeralContainers: [{ name: 'debug' }] } },
  })
})

test.each([
  ['', 400, 'a container name must be specified for pod p, choose one of: [c d]'],
  ['?container=x', 400, 'container x is not valid for pod p'],
  ['?container=c', 400, 'container "c" in pod "p" is waiting to start: ContainerCreating'],
  ['?container=c&previous=true', 400, 'previous terminated container "c" in pod "p" not found'],
])('log%s of a pod that has not started', async (query, code, message) => {
  await createPod('p', 'Pending', false)
  const reply = await api.call('GET', `${PODS}/p/log${query}`)
  expect([reply.code, reply.body.message]).toEqual([code, message])
})

test.each(['exec', 'attach', 'portforward'])('%s says why not', async (subresource) => {
  await createPod('p')
  expect(await api.call('POST', `${PODS}/p/${subresource}`)).toMatchObject({
    code: 501,
    body: { reason: 'NotImplemented' },
  })
})
