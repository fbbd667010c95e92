import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import type { TemplateOptions } from './story.ts'
import { conditionText, deployment, podState, startStory } from './story.ts'

const scenario = (value: string): TemplateOptions => ({ annotations: { 'sandbox.halcyon.dev/scenario': value } })

interface Row {
  reason: string
  options: TemplateOptions
  /** What the first container shows after 8 s and after 30 s. */
  states: [string, string]
  /** A part of the Events about the pod. */
  event: RegExp
}

const rows: Row[] = [
  {
    reason: 'a crash loop waits longer and longer',
    options: scenario('crash-loop'),
    states: ['CrashLoopBackOff', 'CrashLoopBackOff'],
    event: /^BackOff: Back-off restarting failed container app in pod web-/,
  },
  {
    reason: 'killed for memory',
    options: scenario('oom'),
    states: ['CrashLoopBackOff', 'CrashLoopBackOff'],
    event: /^BackOff: /,
  },
  {
    reason: 'a command that fails crashes in a loop too',
    options: { container: { command: ['sh', '-c', 'echo no config; exit 3'] } },
    states: ['CrashLoopBackOff', 'CrashLoopBackOff'],
    event: /^BackOff: /,
  },
  {
    reason: 'never ready keeps running',
    options: scenario('never-ready'),
    states: ['Running', 'Running'],
    event: /^Unhealthy: Readiness probe failed/,
  },
  {
    reason: 'an image that is said to be missing',
    options: scenario('image-missing'),
    states: ['ImagePullBackOff', 'ImagePullBackOff'],
    event: /^BackOff: Back-off pulling image "shop\/web:1.0"/,
  },
  {
    reason: 'a tag that does not exist',
    options: { image: 'shop/web:v9-does-not-exist' },
    states: ['ImagePullBackOff', 'ImagePullBackOff'],
    event: /^Failed: Failed to pull image "shop\/web:v9-does-not-exist": rpc error: code = NotFound/,
  },
  {
    reason: 'a tag that says missing',
    options: { image: 'shop/web:v0.0.0-missing' },
    states: ['ImagePullBackOff', 'ImagePullBackOff'],
    event: /^Failed: Error: ErrImagePull/,
  },
  {
    reason: 'an image reference that does not parse',
    options: { image: 'shop/Web:1.0:2' },
    states: ['InvalidImageName', 'InvalidImageName'],
    event: /^InspectFailed: .*invalid reference format/,
  },
  {
    reason: 'an environment from a Secret that does not exist',
    options: { container: { envFrom: [{ secretRef: { name: 'db' } }] } },
    states: ['CreateContainerConfigError', 'CreateContainerConfigError'],
    event: /^Failed: Error: secret "db" not found/,
  },
  {
    reason: 'a volume from a ConfigMap that does not exist',
    options: { spec: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] } },
    states: ['ContainerCreating', 'ContainerCreating'],
    event: /^FailedMount: MountVolume.SetUp failed for volume "settings" : configmap "settings" not found/,
  },
  {
    reason: 'no node has the label',
    options: { spec: { nodeSelector: { disk: 'ssd' } } },
    states: ['Pending', 'Pending'],
    event: /^FailedScheduling: 0\/2 nodes are available: 2 node\(s\) didn't match/,
  },
  {
    reason: 'no node is large enough',
    options: { container: { resources: { requests: { cpu: '500' } } } },
    states: ['Pending', 'Pending'],
    event: /^FailedScheduling: 0\/2 nodes are available: 2 Insufficient cpu/,
  },
]

test.each(rows)('$reason', async ({ options, states, event }) => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }, options))
  await story.clock.advance(8_000)
  expect(podState(story.pods()[0])).toBe(states[0])
  await story.clock.advance(22_000)
  expect(podState(story.pods()[0])).toBe(states[1])
  expect(conditionText(story.get('apps/v1', 'Deployment', 'web'), 'Available')).toBe('False MinimumReplicasUnavailable')
  expect(story.events(story.pods()[0]?.metadata.name ?? '')).toContainEqual(expect.stringMatching(event))
  expect(story.errors).toEqual([])
})

test('a crash loop keeps its exit code and its log, and restarts ever more rarely', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }, scenario('crash-loop')))
  const restarts: number[] = []
  for (const _ of Array(6)) {
    await story.clock.advance(60_000)
    restarts.push(story.pods()[0]?.status?.containerStatuses?.[0]?.restartCount ?? 0)
  }
  // 0 s, then 10, 20, 40, 80 and 160 s between the restarts.
  expect(restarts).toEqual([3, 4, 5, 5, 5, 6])
  const [status] = story.pods()[0]?.status?.containerStatuses ?? []
  expect(status?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' })
  expect(status?.state.waiting?.message).toMatch(
    /^back-off 5m0s restarting failed container=app pod=web-\w+-\w+_shop\(uid-\d+\)$/,
  )
  const log = story.simulation.logs('shop', story.pods()[0]?.metadata.name ?? '')
  expect(log).toContain('connection refused')
  expect(story.simulation.logs('shop', story.pods()[0]?.metadata.name ?? '', 'app', 1)).toBe(
    'app: exiting with code 1\n',
  )
})

test('a kill for memory shows 137 and OOMKilled', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }, scenario('oom')))
  await story.clock.advance(8_000)
  const [status] = story.pods()[0]?.status?.containerStatuses ?? []
  expect(status?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
})

test('a slow start becomes ready after the seconds it names', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }, scenario('slow-start=20')))
  await story.clock.advance(19_000)
  expect(conditionText(story.get('apps/v1', 'Deployment', 'web'), 'Available')).toBe('False MinimumReplicasUnavailable')
  await story.clock.advance(3_000)
  expect(conditionText(story.get('apps/v1', 'Deployment', 'web'), 'Available')).toBe('True MinimumReplicasAvailable')
})

const late: { reason: string; options: TemplateOptions; object: KubeObject }[] = [
  {
    reason: 'a Secret for the environment',
    options: { container: { envFrom: [{ secretRef: { name: 'db' } }] } },
    object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' } },
  },
  {
    reason: 'a ConfigMap for a volume',
    options: { spec: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] } },
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } },
  },
]

test.each(late)('a pod starts as soon as what it lacked exists: $reason', async ({ options, object }) => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 1 }, options))
  await story.clock.advance(5_000)
  expect(podState(story.pods()[0])).not.toBe('Running')
  story.cluster.apply(object)
  await story.clock.advance(20_000)
  expect(story.pods()[0]?.status?.containerStatuses?.[0]?.ready).toBe(true)
})

test('a missing key is named, an optional reference is not missed', async () => {
  using story = startStory()
  story.cluster.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'shop' },
    data: { a: '1' },
  })
  const env = (key: string, optional: boolean) => ({
    container: { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key, optional } } }] },
  })
  story.cluster.apply(deployment('lacks', { replicas: 1 }, env('b', false)))
  story.cluster.apply(deployment('may-lack', { replicas: 1 }, env('b', true)))
  story.cluster.apply(deployment('has', { replicas: 1 }, env('a', false)))
  await story.clock.advance(5_000)
  const [has, lacks, mayLack] = story.pods()
  expect([has, mayLack].map(podState)).toEqual(['Running', 'Running'])
  expect(lacks?.status?.containerStatuses?.[0]?.state.waiting?.message).toBe("couldn't find key b in ConfigMap shop/c")
})

test('init containers run in order before the others, and hold them back when they fail', async () => {
  using story = startStory()
  const init = (command: string[]) => ({
    spec: {
      initContainers: [
        { name: 'one', image: 'shop/init:1' },
        { name: 'two', image: 'shop/init:1', command },
      ],
    },
  })
  story.cluster.apply(deployment('good', { replicas: 1 }, init(['true'])))
  story.cluster.apply(deployment('stuck', { replicas: 1 }, init(['false'])))
  await story.clock.advance(6_000)
  const [good, stuck] = story.pods()
  expect(podState(good)).toBe('Running')
  expect(good?.status?.initContainerStatuses?.map((status) => status.state.terminated?.reason)).toEqual([
    'Completed',
    'Completed',
  ])
  expect(stuck?.status?.phase).toBe('Pending')
  expect(stuck?.status?.initContainerStatuses?.[1]?.state.waiting?.reason).toBe('CrashLoopBackOff')
  expect(stuck?.status?.containerStatuses?.[0]?.state.waiting?.reason).toBe('PodInitializing')
})

test('a simulation that starts over goes on where things stood', async () => {
  using story = startStory()
  story.cluster.apply(deployment('web', { replicas: 2 }))
  story.cluster.apply(deployment('bad', { replicas: 1 }, scenario('crash-loop')))
  await story.clock.advance(340)
  story.simulation[Symbol.dispose]()
  const { startSimulation } = await import('./simulation.ts')
  using _again = startSimulation(story.cluster, story.clock)
  await story.clock.advance(5_000)
  expect(conditionText(story.get('apps/v1', 'Deployment', 'web'), 'Available')).toBe('True MinimumReplicasAvailable')
  expect(podState(story.pods()[0])).toBe('CrashLoopBackOff')
  story.cluster.apply(deployment('more', { replicas: 3 }))
  await story.clock.advance(5_000)
  expect(new Set(story.pods().map((pod) => pod.status?.podIP)).size).toBe(6)
})

test('Events are counted instead of repeated, bounded, and gone after an hour', async () => {
  using story = startStory({ events: 20 })
  story.cluster.apply(deployment('web', { replicas: 1 }, { image: 'shop/web:missing' }))
  await story.clock.advance(120_000)
  const events = story.cluster.list({ group: '', kind: 'Event' })
  const pulling = events.find((event) => event['reason'] === 'Pulling')
  expect(pulling?.['count']).toBeGreaterThan(2)
  expect(events.length).toBeLessThanOrEqual(20)
  story.cluster.apply(deployment('many', { replicas: 30 }))
  await story.clock.advance(10_000)
  expect(story.cluster.list({ group: '', kind: 'Event' }).length).toBeLessThanOrEqual(20)
  story.cluster.delete({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' })
  await story.clock.advance(3_700_000)
  expect(story.cluster.list({ group: '', kind: 'Event' })).toEqual([])
})
