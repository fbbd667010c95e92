import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { conditionText, deployment, startStory } from './story.ts'
import type { PersistentVolume, PersistentVolumeClaim, Service } from './types.ts'

function service(spec: Record<string, unknown>): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec }
}

interface Subset {
  addresses?: { ip: string }[]
  notReadyAddresses?: { ip: string }[]
  ports: unknown[]
}

function subsets(endpoints: KubeObject | undefined): Subset[] {
  return (endpoints?.['subsets'] ?? []) as Subset[]
}

function claim(metadata: Record<string, unknown> = {}, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
  }
}

test('a load balancer gets an address after a moment', async () => {
  using story = startStory()
  story.cluster.apply(service({ type: 'LoadBalancer', ports: [{ port: 80 }] }))
  await story.clock.advance(200)
  expect(story.get<Service>('v1', 'Service', 'web')?.status?.loadBalancer?.ingress).toBeUndefined()
  await story.clock.advance(1_000)
  expect(story.get<Service>('v1', 'Service', 'web')?.status?.loadBalancer?.ingress?.[0]?.ip).toMatch(
    /^198\.18\.\d+\.\d+$/,
  )
})

test('an Ingress gets an address', async () => {
  using story = startStory()
  story.cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {},
  })
  await story.clock.advance(1_500)
  const live = story.get('networking.k8s.io/v1', 'Ingress', 'web')
  expect(live?.['status']).toMatchObject({ loadBalancer: { ingress: [{ ip: expect.stringMatching(/^198\.18\./) }] } })
})

test('a disruption budget is observed', async () => {
  using story = startStory()
  story.cluster.apply({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  })
  await story.clock.advance(500)
  const live = story.get('policy/v1', 'PodDisruptionBudget', 'web')
  expect(live?.['status']).toMatchObject({ conditions: [{ type: 'DisruptionAllowed', status: 'True' }] })
})

test('endpoints follow the pods a Service selects, with named ports and readiness', async () => {
  using story = startStory()
  const ports = { container: { ports: [{ name: 'http', containerPort: 8080 }] } as object }
  story.cluster.apply(service({ selector: { app: 'web' }, ports: [{ name: 'main', port: 80, targetPort: 'http' }] }))
  await story.clock.advance(500)
  expect(story.get('v1', 'Endpoints', 'web')).toBeUndefined()
  story.cluster.apply(deployment('web', { replicas: 2 }, ports))
  story.cluster.apply(deployment('other', { replicas: 1 }))
  await story.clock.advance(3_000)
  const [subset] = subsets(story.get('v1', 'Endpoints', 'web'))
  expect(subset?.addresses?.map(({ ip }) => ip).sort()).toEqual(
    story
      .pods()
      .filter((pod) => pod.metadata.labels?.['app'] === 'web')
      .map((pod) => pod.status?.podIP)
      .sort(),
  )
  expect(subset?.ports).toEqual([{ name: 'main', port: 8080, protocol: 'TCP' }])
  const [slice] = story.cluster.list({ group: 'discovery.k8s.io', kind: 'EndpointSlice' }, 'shop')
  expect(slice?.metadata.labels?.['kubernetes.io/service-name']).toBe('web')
  expect(slice?.['endpoints']).toHaveLength(2)
  story.cluster.apply(deployment('web', { replicas: 0 }, ports))
  await story.clock.advance(1_000)
  expect(story.get('v1', 'Endpoints', 'web')?.['subsets']).toBeUndefined()
})

test('a pod that is not ready is an address that is not ready', async () => {
  using story = startStory()
  story.cluster.apply(service({ selector: { app: 'web' }, ports: [{ port: 80 }] }))
  const annotations = { 'sandbox.halcyon.dev/scenario': 'never-ready' }
  story.cluster.apply(deployment('web', { replicas: 1 }, { annotations }))
  await story.clock.advance(3_000)
  const [subset] = subsets(story.get('v1', 'Endpoints', 'web'))
  expect(subset?.addresses).toBeUndefined()
  expect(subset?.notReadyAddresses).toHaveLength(1)
})

test('a claim is bound to a volume made for it, which goes with the claim', async () => {
  using story = startStory()
  story.cluster.apply(claim())
  await story.clock.advance(1_500)
  const live = story.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', 'data')
  expect(live?.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } })
  const name = live?.spec.volumeName ?? ''
  const ref = { group: '', kind: 'PersistentVolume', namespace: '', name }
  expect(story.cluster.get(ref)?.['status']).toEqual({ phase: 'Bound' })
  story.cluster.delete({ group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' })
  await story.clock.advance(100)
  expect(story.cluster.get(ref)).toBeUndefined()
  expect(story.errors).toEqual([])
})

test('a volume that a person brought is Available, then Bound, then Released', async () => {
  using story = startStory()
  const spec = { capacity: { storage: '9Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain' }
  const ref = { group: '', kind: 'PersistentVolume', namespace: '', name: 'disk' }
  const phase = () => (story.cluster.get(ref) as PersistentVolume | undefined)?.status?.phase
  story.cluster.apply({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'disk' }, spec })
  await story.clock.advance(100)
  expect(phase()).toBe('Available')
  story.cluster.apply(claim({}, { volumeName: 'disk', storageClassName: '' }))
  await story.clock.advance(1_500)
  expect(phase()).toBe('Bound')
  story.cluster.delete({ group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' })
  expect(phase()).toBe('Released')
})

test('a claim that is never bound keeps its pods Pending', async () => {
  using story = startStory()
  story.cluster.apply(claim({ annotations: { 'sandbox.halcyon.dev/scenario': 'never-bound' } }))
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
  story.cluster.apply(deployment('web', { replicas: 1 }, { spec: { volumes } }))
  await story.clock.advance(10_000)
  expect(story.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', 'data')?.status?.phase).toBe('Pending')
  expect(story.events(story.pods()[0]?.metadata.name ?? '')).toEqual([
    'FailedScheduling: 0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
  ])
})

test('every namespace has a default ServiceAccount, and there are nodes', async () => {
  using story = startStory()
  await story.clock.advance(50)
  expect(story.get('v1', 'ServiceAccount', 'default')).toBeDefined()
  const nodes = story.cluster.list({ group: '', kind: 'Node' })
  expect(nodes.map((node) => [node.metadata.name, conditionText(node, 'Ready')])).toEqual([
    ['sandbox-1', 'True KubeletReady'],
    ['sandbox-2', 'True KubeletReady'],
  ])
})

test('an autoscaler raises its target to minReplicas and reports itself fine', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }))
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  story.cluster.apply({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef, minReplicas: 3, maxReplicas: 5 },
  })
  await story.clock.advance(3_000)
  expect(story.pods()).toHaveLength(3)
  const live = story.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'web')
  expect(conditionText(live, 'ScalingActive')).toBe('True ValidMetricFound')
})
