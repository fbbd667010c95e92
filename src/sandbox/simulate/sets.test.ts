import { expect, test } from 'vitest'
import { podState, startStory, workload } from './story.ts'
import type { DaemonSet, StatefulSet } from './types.ts'

const names = (story: ReturnType<typeof startStory>) => story.pods().map((pod) => pod.metadata.name)
const images = (story: ReturnType<typeof startStory>) => story.pods().map((pod) => pod.spec.containers[0]?.image)

const claims = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
]

function statefulSet(spec: Record<string, unknown> = {}, image = 'shop/db:1') {
  return workload('apps/v1', 'StatefulSet', 'db', { replicas: 3, serviceName: 'db', ...spec }, { image })
}

test('a StatefulSet starts its pods one after the other, each with its claim', async () => {
  using story = startStory()
  story.cluster.apply(statefulSet({ volumeClaimTemplates: claims }))
  const seen: number[] = []
  for (let step = 0; step < 400; step++) {
    await story.clock.advance(20)
    const unready = story.pods().filter((pod) => pod.status?.containerStatuses?.[0]?.ready !== true).length
    seen.push(unready)
  }
  expect(Math.max(...seen)).toBe(1)
  expect(names(story)).toEqual(['db-0', 'db-1', 'db-2'])
  expect(story.get('v1', 'PersistentVolumeClaim', 'data-db-2')?.['status']).toMatchObject({ phase: 'Bound' })
  const live = story.get<StatefulSet>('apps/v1', 'StatefulSet', 'db')
  expect(live?.status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    availableReplicas: 3,
  })
  expect(live?.status?.currentRevision).toBe(live?.status?.updateRevision)
  expect(story.errors).toEqual([])
})

test('Parallel starts all pods at once', async () => {
  using story = startStory()
  story.cluster.apply(statefulSet({ podManagementPolicy: 'Parallel' }))
  await story.clock.advance(100)
  expect(names(story)).toEqual(['db-0', 'db-1', 'db-2'])
})

test('a new template replaces the pods from the last to the first', async () => {
  using story = startStory()
  story.cluster.apply(statefulSet())
  await story.clock.advance(6_000)
  const before = story.get<StatefulSet>('apps/v1', 'StatefulSet', 'db')?.status?.currentRevision
  story.cluster.apply(statefulSet({}, 'shop/db:2'))
  await story.clock.advance(400)
  expect(images(story)).toEqual(['shop/db:1', 'shop/db:1', 'shop/db:2'])
  expect(story.get<StatefulSet>('apps/v1', 'StatefulSet', 'db')?.status).toMatchObject({
    currentRevision: before,
    updatedReplicas: 1,
  })
  await story.clock.advance(6_000)
  expect(images(story)).toEqual(Array(3).fill('shop/db:2'))
  const after = story.get<StatefulSet>('apps/v1', 'StatefulSet', 'db')?.status
  expect(after?.currentRevision).toBe(after?.updateRevision)
  expect(after?.currentRevision).not.toBe(before)
})

test('a partition keeps the pods below it, even one that is made anew', async () => {
  using story = startStory()
  const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }
  story.cluster.apply(statefulSet(partition))
  await story.clock.advance(6_000)
  story.cluster.apply(statefulSet(partition, 'shop/db:2'))
  await story.clock.advance(6_000)
  expect(images(story)).toEqual(['shop/db:1', 'shop/db:1', 'shop/db:2'])
  story.cluster.delete({ group: '', kind: 'Pod', namespace: 'shop', name: 'db-0' })
  await story.clock.advance(6_000)
  expect(images(story)).toEqual(['shop/db:1', 'shop/db:1', 'shop/db:2'])
})

test('a broken template stops at the first pod', async () => {
  using story = startStory()
  story.cluster.apply(statefulSet())
  await story.clock.advance(6_000)
  story.cluster.apply(statefulSet({}, 'shop/db:broken'))
  await story.clock.advance(30_000)
  expect(story.pods().map(podState)).toEqual(['Running', 'Running', 'ImagePullBackOff'])
})

test('scaling down removes the last pods and keeps their claims', async () => {
  using story = startStory()
  story.cluster.apply(statefulSet({ volumeClaimTemplates: claims }))
  await story.clock.advance(9_000)
  story.cluster.apply(statefulSet({ volumeClaimTemplates: claims, replicas: 1 }))
  await story.clock.advance(3_000)
  expect(names(story)).toEqual(['db-0'])
  expect(story.get('v1', 'PersistentVolumeClaim', 'data-db-2')).toBeDefined()
})

test('a DaemonSet has one pod on each node', async () => {
  using story = startStory({ nodes: 3 })
  story.cluster.apply(workload('apps/v1', 'DaemonSet', 'agent', {}))
  await story.clock.advance(3_000)
  expect(
    story
      .pods()
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(['sandbox-1', 'sandbox-2', 'sandbox-3'])
  expect(story.get<DaemonSet>('apps/v1', 'DaemonSet', 'agent')?.status).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    numberAvailable: 3,
    updatedNumberScheduled: 3,
    observedGeneration: 1,
  })
  expect(story.errors).toEqual([])
})

test('a DaemonSet replaces its pods one by one, and stops at a broken one', async () => {
  using story = startStory()
  story.cluster.apply(workload('apps/v1', 'DaemonSet', 'agent', {}))
  await story.clock.advance(3_000)
  story.cluster.apply(workload('apps/v1', 'DaemonSet', 'agent', {}, { image: 'shop/agent:2' }))
  await story.clock.advance(6_000)
  expect(images(story)).toEqual(['shop/agent:2', 'shop/agent:2'])
  story.cluster.apply(workload('apps/v1', 'DaemonSet', 'agent', {}, { image: 'shop/agent:missing' }))
  await story.clock.advance(10_000)
  expect(story.pods().map(podState).sort()).toEqual(['ImagePullBackOff', 'Running'])
})

test('a DaemonSet whose selector fits no node wants no pod', async () => {
  using story = startStory()
  story.cluster.apply(workload('apps/v1', 'DaemonSet', 'agent', {}, { spec: { nodeSelector: { gpu: 'yes' } } }))
  await story.clock.advance(2_000)
  expect(story.get<DaemonSet>('apps/v1', 'DaemonSet', 'agent')?.status).toMatchObject({
    desiredNumberScheduled: 0,
    numberReady: 0,
  })
  expect(story.pods()).toEqual([])
})
