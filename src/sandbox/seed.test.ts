import { expect, test } from 'vitest'
import { parseSeed } from './seed.ts'
import { startApi } from './testing/api.ts'

const LIVE = `apiVersion: v1
kind: List
items:
- apiVersion: example.com/v1
  kind: Gadget
  metadata: {name: g, namespace: shop, uid: gadget-uid, generation: 4, resourceVersion: "77"}
  spec: {size: 3}
  status: {size: 2}
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: owned
    namespace: shop
    uid: map-uid
    resourceVersion: "99"
    creationTimestamp: "2020-02-02T02:02:02Z"
    ownerReferences: [{apiVersion: example.com/v1, kind: Gadget, name: g, uid: gadget-uid}]
  data: {k: v}
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: gadgets.example.com}
  spec:
    group: example.com
    scope: Namespaced
    names: {plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList}
    versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  status:
    conditions: [{type: Established, status: "True"}]
    storedVersions: [v1]
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: leaving, namespace: shop, deletionTimestamp: "2020-02-02T02:02:02Z"}
`

test('the objects of a live cluster: with their uids, times and status, in their namespaces', async () => {
  await using api = await startApi({ seed: parseSeed(LIVE) })
  const map = (await api.call('GET', '/api/v1/namespaces/shop/configmaps/owned')).body
  expect(map).toMatchObject({
    metadata: { uid: 'map-uid', creationTimestamp: '2020-02-02T02:02:02Z' },
    data: { k: 'v' },
  })
  expect(map.metadata.resourceVersion).not.toBe('99')
  expect((await api.call('GET', '/apis/example.com/v1/namespaces/shop/gadgets/g')).body).toMatchObject({
    metadata: { uid: 'gadget-uid', generation: 4 },
    status: { size: 2 },
  })
  expect((await api.call('GET', '/api/v1/namespaces/shop')).body.status.phase).toBe('Active')
  expect((await api.call('GET', '/api/v1/namespaces/shop/configmaps/leaving')).code).toBe(404)

  // What was owned is owned: it goes with its owner.
  await api.call('DELETE', '/apis/example.com/v1/namespaces/shop/gadgets/g')
  expect((await api.call('GET', '/api/v1/namespaces/shop/configmaps/owned')).code).toBe(404)
})

test('documents, lists of lists, and typed lists whose items say no kind', () => {
  const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n---\napiVersion: apps/v1\nkind: DeploymentList\nitems: [{metadata: {name: d}}]\n`
  expect(parseSeed(text).map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
    'v1 Namespace a',
    'apps/v1 Deployment d',
  ])
})

test.each([
  ['words', /line 1 holds no object/],
  ['a: 1', /the document at line 1 has no apiVersion and kind/],
])('%j is no seed', (text, message) => {
  expect(() => parseSeed(text)).toThrow(message)
})

test.each([
  [
    'a kind nobody defines',
    'apiVersion: none.example.com/v1\nkind: Thing\nmetadata: {name: t, namespace: shop}',
    /Cannot seed the sandbox with Thing shop\/t \(none\.example\.com\/v1\): nothing here is of its kind/,
  ],
  ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: shop}', /it has no name/],
  [
    'an object without its namespace',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}',
    /ConfigMap m \(v1\): it has no namespace/,
  ],
  [
    'a field of a wrong type',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: x}\ndata: {k: 1}',
    /cannot be handled as a ConfigMap/,
  ],
])('%s is refused by name', async (_, text, message) => {
  await expect(startApi({ seed: parseSeed(text) })).rejects.toThrow(message)
})
