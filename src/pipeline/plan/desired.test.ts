import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { toDesired } from './desired.ts'
import { isNamespaced } from './story.ts'

function desire(objects: readonly Record<string, unknown>[], more: Partial<Parameters<typeof toDesired>[0]> = {}) {
  return toDesired({
    application: { name: 'shop', namespace: 'argocd' },
    destinationNamespace: 'shop',
    rendered: objects.map((object) => ({ object: object as KubeObject, origin: { source: 0, path: 'app.yaml' } })),
    isNamespaced,
    syncOptions: [],
    instance: 'test',
    ...more,
  })
}

const tracking = 'argocd.argoproj.io/tracking-id'

function one(object: Record<string, unknown>, more: Partial<Parameters<typeof toDesired>[0]> = {}) {
  const [first] = desire([object], more).objects
  if (first === undefined) throw new Error('nothing is desired')
  return first
}

describe('tracking ids are those of Argo CD', () => {
  const rows = [
    {
      reason: 'core group is empty',
      object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'ui' } },
      want: 'shop:/Service:shop/ui',
    },
    {
      reason: 'the manifest has its own namespace',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'ui', namespace: 'x' } },
      want: 'shop:apps/Deployment:x/ui',
    },
    {
      reason: 'cluster-scoped objects carry the destination namespace',
      object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } },
      want: 'shop:rbac.authorization.k8s.io/ClusterRole:shop/r',
    },
    {
      reason: 'an id that came with the manifest is replaced',
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'ui', annotations: { [tracking]: 'other:/Service:a/b' } },
      },
      want: 'shop:/Service:shop/ui',
    },
    {
      reason: 'CRDs carry none',
      object: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'w' } },
      want: undefined,
    },
  ]
  test.each(rows)('$reason', ({ object, want }) => {
    expect(one(object).object.metadata.annotations?.[tracking]).toBe(want)
  })

  test('an application outside the control namespace is <namespace>_<name>', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'ui' } }
    expect(
      one(service, { application: { name: 'shop', namespace: 'team' } }).object.metadata.annotations?.[tracking],
    ).toBe('team_shop:/Service:shop/ui')
    expect(
      one(service, { application: { name: 'shop', namespace: 'team' }, controlNamespace: 'team' }).object.metadata
        .annotations?.[tracking],
    ).toBe('shop:/Service:shop/ui')
  })
})

test('what only the server may set is left out, and the manifest itself stays untouched', () => {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'a',
      creationTimestamp: null,
      uid: 'u',
      resourceVersion: '7',
      generation: 2,
      selfLink: '/x',
      managedFields: [],
      finalizers: ['example.com/keep'],
    },
    status: { phase: 'Old' },
    data: { a: '1' },
  }
  const copy = structuredClone(manifest)
  expect(one(manifest).object).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'a',
      namespace: 'shop',
      finalizers: ['example.com/keep'],
      labels: { 'halcyon.dev/instance': 'test' },
      annotations: { [tracking]: 'shop:/ConfigMap:shop/a' },
    },
    data: { a: '1' },
  })
  expect(manifest).toEqual(copy)
})

test("the rules of an aggregated ClusterRole are the control plane's; those of an ordinary one are ours", () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules: [] }
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }

  expect(one({ ...role, aggregationRule }).object).not.toHaveProperty('rules')
  expect(one({ ...role, aggregationRule }).object).toHaveProperty('aggregationRule')
  expect(one(role).object).toHaveProperty('rules', [])
})

test('labels and annotations without content (null in YAML) are no obstacle', () => {
  const { object } = one({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', labels: null, annotations: null },
  })
  expect(object.metadata.labels).toEqual({ 'halcyon.dev/instance': 'test' })
})

test('a cluster-scoped object loses the namespace that a tool gave it', () => {
  const role = one({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'r', namespace: 'shop' },
  })
  expect(role.key).toBe('rbac.authorization.k8s.io/ClusterRole//r')
  expect('namespace' in role.object.metadata).toBe(false)
})

test('equal manifests have equal digests, whatever the order of their members', () => {
  const a = one({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1', y: '2' } })
  const b = one({ data: { y: '2', x: '1' }, kind: 'ConfigMap', metadata: { name: 'a' }, apiVersion: 'v1' })
  const c = one({ data: { y: '3', x: '1' }, kind: 'ConfigMap', metadata: { name: 'a' }, apiVersion: 'v1' })
  expect(a.digest).toBe(b.digest)
  expect(c.digest).not.toBe(a.digest)
})

describe('kinds', () => {
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' } }
  const crd = (scope: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope, names: { kind: 'Widget' } },
  })

  test('an unknown kind is reported, and its object protected from pruning under either scope', () => {
    const set = desire([widget])
    expect(set.objects).toEqual([])
    expect(set.unknownKinds.map((ref) => ref.kind)).toEqual(['Widget'])
    expect(set.untouched).toEqual(['example.com/Widget/shop/one', 'example.com/Widget//one'])
  })

  test('a CRD in the bundle tells the scope', () => {
    expect(desire([widget, crd('Cluster')]).objects.map((object) => object.key)).toContain('example.com/Widget//one')
    expect(desire([widget, crd('Namespaced')]).objects.map((object) => object.key)).toContain(
      'example.com/Widget/shop/one',
    )
  })

  test('the cluster beats the CRD in the bundle', () => {
    const set = desire([widget, crd('Cluster')], { isNamespaced: () => true })
    expect(set.objects.map((object) => object.key)).toContain('example.com/Widget/shop/one')
  })

  test('SkipDryRunOnMissingResource=true lets it pass as namespaced', () => {
    const set = desire([widget], { syncOptions: ['SkipDryRunOnMissingResource=true'] })
    expect(set.unknownKinds).toEqual([])
    expect(set.objects.map((object) => object.key)).toEqual(['example.com/Widget/shop/one'])
  })
})

test('of an object that occurs twice the last one counts, also when only the default namespace makes them equal', () => {
  const set = desire([
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { x: '2' } },
  ])
  expect(set.objects.map((object) => object.object['data'])).toEqual([{ x: '2' }])
  expect(set.warnings).toHaveLength(1)
})

describe('names', () => {
  const hook = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'migrate-', annotations: { 'argocd.argoproj.io/hook': 'PreSync,PostSync' } },
  }

  test('a hook with generateName is named after revision and phase, the same each time', () => {
    const names = () =>
      desire([hook], { revision: '1b22f01222222222222222222222222222222222' }).objects.map((object) => object.ref.name)
    expect(names()).toEqual(['migrate-1b22f01-presync', 'migrate-1b22f01-postsync'])
    expect(names()).toEqual(names())
  })

  test('a chart version becomes part of a valid name, and long names are cut', () => {
    const long = { ...hook, metadata: { ...hook.metadata, generateName: `${'x'.repeat(80)}-` } }
    for (const object of desire([hook, long], { revision: '1.2.3+A' }).objects)
      expect(object.ref.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/)
  })

  test.each([
    ['generateName without being a hook', { generateName: 'a-' }],
    ['no name at all', {}],
  ])('%s is refused, naming the file', (_, metadata) => {
    expect(() => desire([{ apiVersion: 'v1', kind: 'ConfigMap', metadata }])).toThrow(/ConfigMap of shop.*app\.yaml/)
  })
})

test('an unknown hook type keeps the object out, and is said', () => {
  const set = desire([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', annotations: { 'argocd.argoproj.io/hook': 'PreSynk' } },
    },
  ])
  expect(set.objects).toEqual([])
  expect(set.untouched).toEqual(['/ConfigMap/shop/a'])
  expect(set.warnings[0]).toContain('PreSynk')
})

describe('stringData of a Secret is applied as data, so that its fields are owned', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
  const rows = [
    { why: 'text becomes base64', object: { ...secret, stringData: { a: 'ä' } }, want: { data: { a: 'w6Q=' } } },
    {
      why: 'it wins over data, as on the server',
      object: { ...secret, data: { a: 'eA==', b: 'eQ==' }, stringData: { a: 'z' } },
      want: { data: { a: 'eg==', b: 'eQ==' } },
    },
    {
      why: 'what is no text is for the server to refuse',
      object: { ...secret, stringData: { a: 1, b: 'x' } },
      want: { data: { b: 'eA==' }, stringData: { a: 1 } },
    },
    {
      why: 'another kind of that name is not a Secret',
      object: { ...secret, apiVersion: 'example.com/v1', stringData: { a: 'x' } },
      want: { stringData: { a: 'x' } },
    },
  ]
  test.each(rows)('$why', ({ object, want }) => {
    const { data, stringData } = one(object, { isNamespaced: () => true }).object as Record<string, unknown>
    expect({ ...(data === undefined ? {} : { data }), ...(stringData === undefined ? {} : { stringData }) }).toEqual(
      want,
    )
  })
})
