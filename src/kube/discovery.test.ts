/** What a server serves, from aggregated and from plain documents. */
import { expect, test } from 'vitest'
import type { Snapshot } from './discovery.ts'
import { ApiError, ConnectionError } from './errors.ts'
import { type GetJson, readDiscovery } from './read-discovery.ts'

/** Serves documents by path; an Error is thrown, an absent path is 404. */
function serve(documents: Record<string, unknown>): { get: GetJson; paths: string[] } {
  const paths: string[] = []
  return {
    paths,
    get: async (path) => {
      paths.push(path)
      const document = documents[path] ?? new ApiError(404, 'NotFound', 'not found')
      if (document instanceof Error) throw document
      return document
    },
  }
}

const version = { gitVersion: 'v1.35.2' }

function aggregatedResource(resource: string, kind: string, scope = 'Namespaced', subresources: string[] = []) {
  return {
    resource,
    responseKind: { group: '', version: '', kind },
    scope,
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list', 'watch'],
    shortNames: ['x'],
    subresources: subresources.map((subresource) => ({ subresource })),
  }
}

function group(name: string, ...versions: unknown[]) {
  return { metadata: { name }, versions }
}

const aggregated = {
  '/version': version,
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      group('', {
        version: 'v1',
        resources: [
          aggregatedResource('pods', 'Pod', 'Namespaced', ['log', 'exec']),
          aggregatedResource('namespaces', 'Namespace', 'Cluster'),
        ],
      }),
    ],
  },
  '/apis': {
    kind: 'APIGroupDiscoveryList',
    items: [
      group(
        'autoscaling',
        { version: 'v2', resources: [aggregatedResource('horizontalpodautoscalers', 'HorizontalPodAutoscaler')] },
        {
          version: 'v1',
          resources: [
            aggregatedResource('horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
            aggregatedResource('olds', 'Old'),
          ],
        },
      ),
      group('metrics.k8s.io', { version: 'v1beta1', freshness: 'Stale', resources: [] }),
    ],
  },
}

function plainResource(name: string, kind: string, namespaced = true) {
  return {
    name,
    kind,
    namespaced,
    singularName: kind.toLowerCase(),
    verbs: ['get', 'list', 'watch'],
    shortNames: ['x'],
  }
}

const plain = {
  '/version': version,
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      {
        name: 'autoscaling',
        preferredVersion: { groupVersion: 'autoscaling/v2' },
        versions: [{ groupVersion: 'autoscaling/v1' }, { groupVersion: 'autoscaling/v2' }],
      },
      {
        name: 'metrics.k8s.io',
        preferredVersion: { groupVersion: 'metrics.k8s.io/v1beta1' },
        versions: [{ groupVersion: 'metrics.k8s.io/v1beta1' }],
      },
    ],
  },
  '/api/v1': {
    resources: [
      plainResource('pods', 'Pod'),
      plainResource('pods/log', 'Pod'),
      plainResource('pods/exec', 'PodExecOptions'),
      plainResource('namespaces', 'Namespace', false),
    ],
  },
  '/apis/autoscaling/v2': { resources: [plainResource('horizontalpodautoscalers', 'HorizontalPodAutoscaler')] },
  '/apis/autoscaling/v1': {
    resources: [plainResource('horizontalpodautoscalers', 'HorizontalPodAutoscaler'), plainResource('olds', 'Old')],
  },
  '/apis/metrics.k8s.io/v1beta1': new ApiError(503, 'ServiceUnavailable', 'metrics server is down'),
}

for (const [name, documents] of Object.entries({ aggregated, plain })) {
  test(`${name}: kinds are found at the preferred or a given version, and what fails is told apart from what is gone`, async () => {
    const discovery = await readDiscovery(serve(documents).get)
    expect(discovery.gitVersion).toBe('v1.35.2')
    expect(discovery.resource({ group: '', kind: 'Pod' })).toEqual({
      group: '',
      version: 'v1',
      kind: 'Pod',
      plural: 'pods',
      singular: 'pod',
      namespaced: true,
      verbs: ['get', 'list', 'watch'],
      shortNames: ['x'],
      subresources: ['log', 'exec'],
    })
    expect(discovery.resource({ group: '', kind: 'Namespace' })?.namespaced).toBe(false)
    const scaler = { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }
    expect(discovery.resource(scaler)?.version).toBe('v2')
    expect(discovery.resource(scaler, 'v1')?.version).toBe('v1')
    expect(discovery.resource(scaler, 'v3')).toBeUndefined()
    expect(discovery.resource({ group: 'autoscaling', kind: 'Old' })?.version).toBe('v1')
    expect(discovery.all().map((resource) => `${resource.plural}/${resource.version}`)).toEqual([
      'pods/v1',
      'namespaces/v1',
      'horizontalpodautoscalers/v2',
      'olds/v1',
    ])
    expect(discovery.apiVersions()).toEqual([
      'autoscaling/v1',
      'autoscaling/v1/HorizontalPodAutoscaler',
      'autoscaling/v1/Old',
      'autoscaling/v2',
      'autoscaling/v2/HorizontalPodAutoscaler',
      'metrics.k8s.io/v1beta1',
      'v1',
      'v1/Namespace',
      'v1/Pod',
    ])
    expect(discovery.failures.map((failure) => failure.groupVersion)).toEqual(['metrics.k8s.io/v1beta1'])
  })
}

test('aggregated discovery costs three requests', async () => {
  const { get, paths } = serve(aggregated)
  await readDiscovery(get)
  expect(paths).toEqual(['/api', '/apis', '/version'])
})

test('what was known of a group version that fails now is kept', async () => {
  const up = { ...plain, '/apis/metrics.k8s.io/v1beta1': { resources: [plainResource('nodes', 'NodeMetrics', false)] } }
  const before: Snapshot = await readDiscovery(serve(up).get)
  expect(before.failures).toEqual([])
  for (const documents of [plain, aggregated]) {
    const after = await readDiscovery(serve(documents).get, before)
    expect(after.resource({ group: 'metrics.k8s.io', kind: 'NodeMetrics' })?.plural).toBe('nodes')
    expect(after.failures).toHaveLength(1)
  }
})

test('a kind whose CRD is gone disappears', async () => {
  const before = await readDiscovery(serve(plain).get)
  const after = await readDiscovery(serve({ ...plain, '/apis': { kind: 'APIGroupList', groups: [] } }).get, before)
  expect(after.resource({ group: 'autoscaling', kind: 'Old' })).toBeUndefined()
})

test('a server that cannot be reached is an error, never an empty snapshot', async () => {
  const down = new ConnectionError('refused')
  for (const path of ['/api', '/apis', '/version', '/apis/autoscaling/v1']) {
    await expect(readDiscovery(serve({ ...plain, [path]: down }).get)).rejects.toBe(down)
  }
  const broken = new ApiError(500, 'InternalError', 'broken')
  await expect(readDiscovery(serve({ ...plain, '/apis': broken }).get)).rejects.toBe(broken)
})
