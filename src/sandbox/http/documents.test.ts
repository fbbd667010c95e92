import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, startApi } from '../testing/api.ts'
import { isData } from '../values.ts'

const AGGREGATED = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' }

let api: Api
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const get = async (path: string, headers = {}) => {
  const reply = await api.call('GET', path, { headers })
  expect(reply.code).toBe(200)
  return reply.body
}

test('plain and aggregated discovery tell the same resources', async () => {
  const plain = new Set<string>()
  const groups = (await get('/apis')).groups as { versions: { groupVersion: string }[] }[]
  for (const path of [
    '/api/v1',
    ...groups.flatMap((group) => group.versions.map((one) => `/apis/${one.groupVersion}`)),
  ]) {
    const list = await get(path)
    for (const { name, kind, namespaced, verbs } of list.resources) {
      plain.add(`${list.groupVersion} ${name} ${kind} ${namespaced} ${verbs.join()}`)
    }
  }
  const aggregated = new Set<string>()
  for (const path of ['/api', '/apis']) {
    for (const group of (await get(path, AGGREGATED)).items) {
      for (const { version, resources } of group.versions) {
        const groupVersion = group.metadata.name === undefined ? version : `${group.metadata.name}/${version}`
        for (const one of resources) {
          const namespaced = one.scope === 'Namespaced'
          aggregated.add(`${groupVersion} ${one.resource} ${one.responseKind.kind} ${namespaced} ${one.verbs.join()}`)
          for (const sub of one.subresources ?? []) {
            const kind = sub.responseKind.kind
            aggregated.add(
              `${groupVersion} ${one.resource}/${sub.subresource} ${kind} ${namespaced} ${sub.verbs.join()}`,
            )
          }
        }
      }
    }
  }
  expect(aggregated).toEqual(plain)
  expect(plain.size).toBeGreaterThan(100)
})

test('one group: preferred version, short names, and the hash of what is stored', async () => {
  expect(await get('/apis/autoscaling')).toMatchObject({
    kind: 'APIGroup',
    preferredVersion: { groupVersion: 'autoscaling/v2' },
    versions: [{ version: 'v2' }, { version: 'v1' }],
  })
  const deployments = (await get('/apis/apps/v1')).resources.find((one: { name: string }) => one.name === 'deployments')
  // As kube-apiserver 1.35 tells it.
  expect(deployments).toMatchObject({ shortNames: ['deploy'], categories: ['all'], storageVersionHash: '8aSe+NMegvE=' })
})

test('the aggregated form has a content type of its own', async () => {
  const reply = await api.call('GET', '/apis', { headers: AGGREGATED })
  expect(reply.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
})

/** Every reference of a document leads to something in it. */
function danglingReferences(document: unknown, prefix: string, names: ReadonlySet<string>): string[] {
  if (Array.isArray(document)) return document.flatMap((one) => danglingReferences(one, prefix, names))
  if (!isData(document)) return []
  return Object.entries(document).flatMap(([key, value]) => {
    if (key !== '$ref' || typeof value !== 'string') return danglingReferences(value, prefix, names)
    return value.startsWith(prefix) && names.has(value.slice(prefix.length)) ? [] : [value]
  })
}

test('OpenAPI v3: one document per group and version, complete in itself', async () => {
  const { paths } = await get('/openapi/v3')
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/autoscaling/v2']))
  for (const { serverRelativeURL } of Object.values(paths) as { serverRelativeURL: string }[]) {
    const document = await get(serverRelativeURL)
    const names = new Set(Object.keys(document.components.schemas))
    expect(danglingReferences(document, '#/components/schemas/', names)).toEqual([])
  }
})

test('OpenAPI v2: everything in one document, as JSON only', async () => {
  const document = await get('/openapi/v2', { accept: 'application/json' })
  expect(danglingReferences(document, '#/definitions/', new Set(Object.keys(document.definitions)))).toEqual([])
  expect(document.definitions['io.k8s.api.apps.v1.Deployment']['x-kubernetes-group-version-kind']).toEqual([
    { group: 'apps', version: 'v1', kind: 'Deployment' },
  ])
  const accept = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
  expect((await api.call('GET', '/openapi/v2', { headers: { accept } })).code).toBe(406)
})

test('health, whole and check by check', async () => {
  for (const path of ['/livez', '/readyz', '/healthz', '/readyz/ping']) {
    expect((await api.call('GET', path)).text).toBe('ok')
  }
  expect((await api.call('GET', '/readyz?verbose')).text).toMatch(/^\[\+\]ping ok\n[\s\S]*\nreadyz check passed\n$/)
})
