import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { conditionText, deployment, podState, startStory } from './story.ts'
import type { Deployment, Pod, ReplicaSet } from './types.ts'

const isReady = (pod: Pod) => pod.status?.containerStatuses?.[0]?.ready === true

function sizes(sets: readonly KubeObject[]): number[] {
  return sets.map((set) => (set as ReplicaSet).spec.replicas ?? 0)
}

test('a Deployment of three replicas is Available within two seconds', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 3 }))
  await story.clock.advance(2_000)
  const live = story.get<Deployment>('apps/v1', 'Deployment', 'web')
  expect(live?.status).toMatchObject({
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  })
  expect(conditionText(live, 'Available')).toBe('True MinimumReplicasAvailable')
  expect(conditionText(live, 'Progressing')).toBe('True NewReplicaSetAvailable')
  expect(live?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1')
  expect(story.pods()).toHaveLength(3)
  expect(story.pods().every((pod) => isReady(pod) && pod.status?.phase === 'Running' && pod.spec.nodeName)).toBe(true)
  expect(new Set(story.pods().map((pod) => pod.status?.podIP)).size).toBe(3)
  expect(story.errors).toEqual([])
})

test('pods pass through Pending and ContainerCreating before they run', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }))
  const seen: string[] = []
  for (let step = 0; step < 150; step++) {
    await story.clock.advance(10)
    const state = podState(story.pods()[0])
    if (state !== seen.at(-1)) seen.push(state)
  }
  expect(seen).toEqual(['none', 'ContainerCreating', 'Running'])
  const name = story.pods()[0]?.metadata.name ?? ''
  expect(story.events(name).map((text) => text.split(':')[0])).toEqual([
    'Scheduled',
    'Pulling',
    'Pulled',
    'Created',
    'Started',
  ])
})

test('a Deployment of no replicas is Available at once, without a pod and with one status write', async () => {
  using story = startStory()
  for (let i = 0; i < 50; i++) story.cluster.apply(deployment(`idle-${i}`, { replicas: 0 }))
  await story.clock.advance(100)
  for (let i = 0; i < 50; i++) {
    const live = story.get('apps/v1', 'Deployment', `idle-${i}`)
    expect(conditionText(live, 'Available')).toBe('True MinimumReplicasAvailable')
  }
  expect(story.pods()).toEqual([])
  // The revision annotation and the status.
  expect(story.cluster.writes.get('Deployment/kube-controller-manager')).toBe(100)
  const writes = [...story.cluster.writes.values()].reduce((a, b) => a + b, 0)
  await story.clock.advance(3_600_000)
  expect([...story.cluster.writes.values()].reduce((a, b) => a + b, 0)).toBe(writes)
})

test('a new image replaces the pods, never with fewer than the strategy allows', async () => {
  using story = startStory()
  const rolling = {
    replicas: 4,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  }
  story.cluster.apply(deployment('web', rolling))
  await story.clock.advance(3_000)
  story.cluster.apply(deployment('web', rolling, { image: 'shop/web:2.0' }))
  let fewest = 4
  let most = 0
  for (let step = 0; step < 500; step++) {
    await story.clock.advance(20)
    fewest = Math.min(fewest, story.pods().filter(isReady).length)
    most = Math.max(most, story.pods().length)
  }
  expect(fewest).toBeGreaterThanOrEqual(3)
  expect(most).toBeLessThanOrEqual(5)
  expect(story.pods().map((pod) => pod.spec.containers[0]?.image)).toEqual(Array(4).fill('shop/web:2.0'))
  const live = story.get('apps/v1', 'Deployment', 'web')
  expect(live?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
  expect(conditionText(live, 'Progressing')).toBe('True NewReplicaSetAvailable')
  expect(sizes(story.cluster.list({ group: 'apps', kind: 'ReplicaSet' })).sort()).toEqual([0, 4])
})

test('old pods stay when the new ones never become ready, and the deadline is reported', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 2, progressDeadlineSeconds: 30 }))
  await story.clock.advance(3_000)
  const broken = { image: 'shop/web:2.0', annotations: { 'sandbox.halcyon.dev/scenario': 'never-ready' } }
  story.cluster.apply(deployment('web', { replicas: 2, progressDeadlineSeconds: 30 }, broken))
  await story.clock.advance(20_000)
  const during = story.get<Deployment>('apps/v1', 'Deployment', 'web')
  expect(story.pods().filter(isReady)).toHaveLength(2)
  expect(story.pods()).toHaveLength(3)
  expect(during?.status).toMatchObject({
    replicas: 3,
    updatedReplicas: 1,
    availableReplicas: 2,
    unavailableReplicas: 1,
  })
  expect(conditionText(during, 'Progressing')).toBe('True ReplicaSetUpdated')
  await story.clock.advance(15_000)
  const after = story.get('apps/v1', 'Deployment', 'web')
  expect(conditionText(after, 'Progressing')).toBe('False ProgressDeadlineExceeded')
  expect(conditionText(after, 'Available')).toBe('True MinimumReplicasAvailable')
})

test('a fix overtakes a broken rollout, and going back reuses the old ReplicaSet', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 2 }))
  await story.clock.advance(3_000)
  story.cluster.apply(deployment('web', { replicas: 2 }, { image: 'shop/web:does-not-exist' }))
  await story.clock.advance(3_000)
  story.cluster.apply(deployment('web', { replicas: 2 }))
  await story.clock.advance(3_000)
  const live = story.get('apps/v1', 'Deployment', 'web')
  expect(story.pods().map(podState)).toEqual(['Running', 'Running'])
  expect(conditionText(live, 'Progressing')).toBe('True NewReplicaSetAvailable')
  expect(live?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
  expect(story.cluster.list({ group: 'apps', kind: 'ReplicaSet' })).toHaveLength(2)
})

test('Recreate takes the old pods away before the new ones come', async () => {
  using story = startStory()
  const recreate = { replicas: 2, strategy: { type: 'Recreate' } }
  story.cluster.apply(deployment('web', recreate))
  await story.clock.advance(3_000)
  story.cluster.apply(deployment('web', recreate, { image: 'shop/web:2.0' }))
  for (let step = 0; step < 200; step++) {
    await story.clock.advance(10)
    expect(new Set(story.pods().map((pod) => pod.spec.containers[0]?.image)).size).toBeLessThanOrEqual(1)
  }
  expect(story.pods().map((pod) => pod.spec.containers[0]?.image)).toEqual(['shop/web:2.0', 'shop/web:2.0'])
})

test('a paused Deployment keeps its old template until it is resumed', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }))
  await story.clock.advance(3_000)
  story.cluster.apply(deployment('web', { replicas: 1, paused: true }, { image: 'shop/web:2.0' }))
  await story.clock.advance(3_000)
  expect(story.pods()[0]?.spec.containers[0]?.image).toBe('shop/web:1.0')
  expect(conditionText(story.get('apps/v1', 'Deployment', 'web'), 'Progressing')).toBe('Unknown DeploymentPaused')
  story.cluster.apply(deployment('web', { replicas: 1 }, { image: 'shop/web:2.0' }))
  await story.clock.advance(3_000)
  expect(story.pods()[0]?.spec.containers[0]?.image).toBe('shop/web:2.0')
})

test('scaling up and down follows spec.replicas, and a deleted pod comes back', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }))
  await story.clock.advance(2_000)
  story.cluster.apply(deployment('web', { replicas: 5 }))
  await story.clock.advance(2_000)
  expect(story.pods().filter(isReady)).toHaveLength(5)
  story.cluster.apply(deployment('web', { replicas: 2 }))
  await story.clock.advance(2_000)
  expect(story.pods()).toHaveLength(2)
  const gone = story.pods()[0]?.metadata.name ?? ''
  story.cluster.delete({ group: '', kind: 'Pod', namespace: 'shop', name: gone })
  await story.clock.advance(2_000)
  expect(story.pods().filter(isReady)).toHaveLength(2)
  expect(story.events('web')).toContainEqual(
    expect.stringMatching(/^ScalingReplicaSet: Scaled up replica set web-\w+ from 1 to 5$/),
  )
  story.cluster.delete({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' })
  await story.clock.advance(2_000)
  expect(story.pods()).toEqual([])
})

test('minReadySeconds keeps ready pods from counting as available', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1, minReadySeconds: 10 }))
  await story.clock.advance(5_000)
  expect(story.get<Deployment>('apps/v1', 'Deployment', 'web')?.status).toMatchObject({
    readyReplicas: 1,
    unavailableReplicas: 1,
  })
  await story.clock.advance(10_000)
  expect(story.get<Deployment>('apps/v1', 'Deployment', 'web')?.status?.availableReplicas).toBe(1)
})

test('old ReplicaSets beyond revisionHistoryLimit are removed', async () => {
  using story = startStory()
  for (let version = 1; version <= 5; version++) {
    story.cluster.apply(deployment('web', { replicas: 1, revisionHistoryLimit: 2 }, { image: `shop/web:${version}.0` }))
    await story.clock.advance(3_000)
  }
  expect(story.cluster.list({ group: 'apps', kind: 'ReplicaSet' })).toHaveLength(3)
})
