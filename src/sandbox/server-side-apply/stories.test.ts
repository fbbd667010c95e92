/** Operations by named managers in; the object, its owners, versions and watch events out. Each story is what a real API server answered. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, startApi } from '../testing/api.ts'

const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const SERVICES = '/api/v1/namespaces/default/services'

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api[Symbol.asyncDispose]())

interface Story {
  apply(manager: string, body: object, options?: string): Promise<Answer>
  update(manager: string, body: object): Promise<Answer>
  patch(manager: string, body: object, part?: string): Promise<Answer>
  get(): Promise<Answer>
}

// biome-ignore lint/suspicious/noExplicitAny: stories look at whatever the server says
type Answer = { code: number; body: any }

function story(collection: string, apiVersion: string, kind: string, name = 'it'): Story {
  const path = `${collection}/${name}`
  const identity = { apiVersion, kind, metadata: { name } }
  const whole = (body: object) => ({
    ...identity,
    ...body,
    metadata: { ...identity.metadata, ...('metadata' in body ? (body.metadata as object) : {}) },
  })
  return {
    apply: (manager, body, options = '') =>
      api.call('PATCH', `${path}?fieldManager=${manager}${options}`, { type: APPLY, body: whole(body) }),
    update: (manager, body) => api.call('PUT', `${path}?fieldManager=${manager}`, { body: whole(body) }),
    patch: (manager, body, part = '') =>
      api.call('PATCH', `${path}${part}?fieldManager=${manager}`, { type: MERGE, body }),
    get: () => api.call('GET', path),
  }
}

/** `manager operation[/subresource]: paths`, one line per entry, in the order of the object. */
function owners({ body }: Answer): string[] {
  return (body.metadata.managedFields ?? []).map(
    (entry: { manager: string; operation: string; subresource?: string; fieldsV1: object }) =>
      `${entry.manager} ${entry.operation}${entry.subresource ? `/${entry.subresource}` : ''}: ${leaves(entry.fieldsV1).join(' ')}`,
  )
}

function leaves(node: object, path = ''): string[] {
  return Object.entries(node).flatMap(([key, child]) => {
    const here = key === '.' ? `${path}.` : `${path}/${key.replace(/^f:/, '')}`
    return Object.keys(child as object).length === 0 ? [here] : leaves(child as object, here)
  })
}

const configMap = () => story(CONFIG_MAPS, 'v1', 'ConfigMap')

test('two appliers own what they say, share what both say, and each takes along what only it said', async () => {
  const it = configMap()
  await it.apply('alice', { data: { a: '1', shared: 'x' } })
  await it.apply('bob', { data: { b: '2', shared: 'x' } })
  expect(owners(await it.get())).toEqual(['alice Apply: /data/a /data/shared', 'bob Apply: /data/b /data/shared'])

  const after = await it.apply('alice', { data: {} })
  expect(after.body.data).toEqual({ b: '2', shared: 'x' })
  expect(owners(after)).toEqual(['alice Apply: /data', 'bob Apply: /data/b /data/shared'])
})

test('a conflict names the field and its owner, changes nothing, and is overcome by force', async () => {
  const it = configMap()
  const made = await it.apply('alice', { data: { a: '1' } })
  expect(await it.apply('bob', { data: { a: '2' } })).toMatchObject({
    code: 409,
    body: {
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "alice": .data.a',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.data.a' }] },
    },
  })
  expect((await it.get()).body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion)
  const forced = await it.apply('bob', { data: { a: '2' } }, '&force=true')
  expect(forced.body.data).toEqual({ a: '2' })
  expect(owners(forced)).toEqual(['bob Apply: /data/a'])
})

test('several conflicts are grouped by owner', async () => {
  const it = configMap()
  await it.apply('alice', { data: { a: '1' } })
  await it.patch('carol', { data: { c: '1', d: '1' } })
  expect((await it.apply('bob', { data: { a: '2', c: '2', d: '2' } })).body.message).toBe(
    'Apply failed with 3 conflicts: conflicts with "alice":\n- .data.a\nconflicts with "carol" using v1:\n- .data.c\n- .data.d',
  )
})

test('an update takes what it changes; the applier keeps the rest, and gets it back by applying again', async () => {
  const it = configMap()
  await it.apply('alice', { data: { a: '1', b: '1' } })
  const patched = await it.patch('carol', { data: { a: '2' } })
  expect(owners(patched)).toEqual(['alice Apply: /data/b', 'carol Update: /data/a'])
  expect(owners(await it.apply('alice', { data: { a: '2', b: '1' } }))).toEqual([
    'alice Apply: /data/a /data/b',
    'carol Update: /data/a',
  ])
})

test('an apply that changes nothing writes nothing: version and times stay', async () => {
  const it = configMap()
  const made = await it.apply('alice', { data: { a: '1' } })
  await api.clock.advance(60_000)
  const again = await it.apply('alice', { data: { a: '1' } })
  expect(again.body).toEqual(made.body)
})

test('an applier that joins without changing the object has an entry without a time', async () => {
  const it = configMap()
  await it.apply('alice', { data: { a: '1' } })
  const joined = await it.apply('bob', { data: { a: '1' } })
  const [, entry] = joined.body.metadata.managedFields.map((one: { manager: string; time?: string }) => [
    one.manager,
    one.time,
  ])
  expect(
    joined.body.metadata.managedFields.find((one: { manager: string }) => one.manager === 'bob'),
  ).not.toHaveProperty('time')
  expect(entry).toBeDefined()
})

test('a removal alone is no new claim: nobody gets a new time', async () => {
  const it = configMap()
  await it.patch('nobody', {})
  await it.apply('alice', { data: { a: '1', b: '1' } })
  const before = (await it.get()).body.metadata.managedFields
  await api.clock.advance(60_000)
  const after = await it.patch('carol', { data: { b: null } })
  expect(after.body.metadata.managedFields).toEqual([{ ...before[0], fieldsV1: { 'f:data': { 'f:a': {} } } }])
})

test('managedFields [{}] starts anew: updates are not tracked until the object is applied, and then all it has is one manager', async () => {
  const it = configMap()
  await it.apply('alice', { data: { a: '1' } })
  expect(owners(await it.patch('carol', { metadata: { managedFields: [{}] } }))).toEqual([])
  expect(owners(await it.patch('carol', { data: { b: '1' } }))).toEqual([])
  expect(owners(await it.apply('bob', { data: { b: '1' } }))).toEqual([
    'bob Apply: /data/b',
    'before-first-apply Update: /data. /data/a /data/b',
  ])
})

test('ports are told apart by number and protocol, and the protocol may be left out', async () => {
  const it = story(SERVICES, 'v1', 'Service')
  await it.apply('alice', { spec: { ports: [{ port: 53, name: 'a' }] } })
  const both = await it.apply('bob', { spec: { ports: [{ port: 53, protocol: 'UDP', name: 'b' }] } })
  expect(both.body.spec.ports).toEqual([
    { name: 'a', port: 53, protocol: 'TCP', targetPort: 53 },
    { name: 'b', port: 53, protocol: 'UDP', targetPort: 53 },
  ])
  expect(owners(both)[0]).toBe(
    'alice Apply: /spec/ports/k:{"port":53,"protocol":"TCP"}. /spec/ports/k:{"port":53,"protocol":"TCP"}/name /spec/ports/k:{"port":53,"protocol":"TCP"}/port',
  )
  const left = await it.apply('bob', { spec: { ports: [] } })
  expect(left.body.spec.ports).toHaveLength(1)
})

test('the same item twice is refused in a configuration', async () => {
  const it = story(SERVICES, 'v1', 'Service')
  expect(await it.apply('alice', { spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] } })).toMatchObject({
    code: 500,
    body: {
      message:
        'failed to create typed patch object (/it; /v1, Kind=Service): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    },
  })
})

const deployment = {
  selector: { matchLabels: { app: 'it' } },
  template: { metadata: { labels: { app: 'it' } }, spec: { containers: [{ name: 'web', image: 'one' }] } },
}

test('what the server fills in belongs to a creator, and to no applier', async () => {
  const it = story(DEPLOYMENTS, 'apps/v1', 'Deployment')
  const applied = await it.apply('alice', { spec: deployment })
  expect(applied.body.spec.replicas).toBe(1)
  expect(owners(applied).join()).not.toContain('replicas')
  const made = await api.call('POST', `${DEPLOYMENTS}?fieldManager=carol`, {
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other' }, spec: deployment },
  })
  expect(owners(made).join()).toContain('/spec/replicas')
})

test('a write of status owns status only, and the other way round', async () => {
  const it = story(DEPLOYMENTS, 'apps/v1', 'Deployment')
  await it.apply('alice', { spec: deployment, status: { replicas: 7 } })
  const status = await it.patch('controller', { spec: { replicas: 9 }, status: { replicas: 1 } }, '/status')
  expect(status.body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } })
  expect(owners(status).filter((line) => line.includes('status'))).toEqual([
    'controller Update/status: /status/replicas',
  ])
})

test('scale is told as the subresource it came through', async () => {
  const it = story(DEPLOYMENTS, 'apps/v1', 'Deployment')
  await it.apply('alice', { spec: { ...deployment, replicas: 2 } })
  await it.patch('autoscaler', { spec: { replicas: 5 } }, '/scale')
  expect(owners(await it.get()).at(-1)).toBe('autoscaler Update/scale: /spec/replicas')
  expect((await it.apply('alice', { spec: { ...deployment, replicas: 2 } })).body.message).toBe(
    'Apply failed with 1 conflict: conflict with "autoscaler" with subresource "scale" using apps/v1: .spec.replicas',
  )
})

test('kubectl takes over what its own client-side apply had set, and nothing else', async () => {
  const last = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'it' },
    data: { a: '1', b: '1' },
  })
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': last }
  const it = configMap()
  await api.call('POST', `${CONFIG_MAPS}?fieldManager=kubectl-client-side-apply`, {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'it', annotations }, data: { a: '1', b: '1' } },
  })
  const taken = await it.apply('kubectl', { data: { a: '2' } })
  expect(taken.code).toBe(200)
  expect(taken.body.metadata.annotations).toEqual({
    'kubectl.kubernetes.io/last-applied-configuration':
      '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"it","namespace":"default"}}\n',
  })
  await it.patch('carol', { data: { b: '3' } })
  expect((await it.apply('kubectl', { data: { a: '2', b: '4' } })).body.message).toBe(
    'Apply failed with 1 conflict: conflict with "carol" using v1: .data.b',
  )
})

test('watchers see each change once, and no-ops not at all', async () => {
  const it = configMap()
  using watch = await api.watch(`${CONFIG_MAPS}?watch=1`)
  await it.apply('alice', { data: { a: '1' } })
  await it.apply('alice', { data: { a: '1' } })
  await it.apply('alice', { data: { a: '2' } })
  await api.call('DELETE', `${CONFIG_MAPS}/it`)
  const seen = [await watch.next(), await watch.next(), await watch.next()]
  expect(seen.map((one) => one.label)).toEqual(['ADDED it', 'MODIFIED it', 'DELETED it'])
})

test('more than ten writers share an entry of ancient changes', async () => {
  const it = configMap()
  await it.apply('alice', { data: {} })
  for (let index = 0; index < 12; index++) {
    await api.clock.advance(1000)
    await it.patch(`writer-${String(index).padStart(2, '0')}`, { data: { [`k${index}`]: 'x' } })
  }
  const lines = owners(await it.get())
  expect(lines.filter((line) => line.includes(' Update'))).toHaveLength(10)
  expect(lines.find((line) => line.startsWith('ancient-changes'))).toBe(
    'ancient-changes Update: /data. /data/k0 /data/k1 /data/k2',
  )
})
