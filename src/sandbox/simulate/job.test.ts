import { expect, test } from 'vitest'
import type { TemplateOptions } from './story.ts'
import { conditionText, startStory, workload } from './story.ts'
import type { Job, Pod } from './types.ts'

/** As the API server defaults it. */
function job(spec: Record<string, unknown> = {}, options: TemplateOptions = {}) {
  const defaults = { completions: 1, parallelism: 1, backoffLimit: 6 }
  return workload('batch/v1', 'Job', 'migrate', { ...defaults, ...spec }, { restartPolicy: 'Never', ...options })
}

const phases = (pods: readonly Pod[]) => pods.map((pod) => pod.status?.phase)

test('a Job runs its pod to the end and is Complete', async () => {
  using story = startStory()
  story.cluster.apply(job())
  await story.clock.advance(3_000)
  const live = story.get<Job>('batch/v1', 'Job', 'migrate')
  expect(conditionText(live, 'Complete')).toBe('True CompletionsReached')
  expect(conditionText(live, 'SuccessCriteriaMet')).toBe('True CompletionsReached')
  expect(live?.status).toMatchObject({ succeeded: 1, ready: 0, terminating: 0, startTime: '2026-01-01T00:00:00Z' })
  expect(live?.status?.completionTime).toBeDefined()
  expect(live?.status?.active).toBeUndefined()
  expect(phases(story.pods())).toEqual(['Succeeded'])
  expect(story.errors).toEqual([])
})

const failures: { reason: string; options: TemplateOptions; log: string }[] = [
  {
    reason: 'by its scenario',
    options: { annotations: { 'sandbox.halcyon.dev/scenario': 'fail' } },
    log: 'app: exiting with code 1',
  },
  {
    reason: 'by a shell that exits',
    options: { container: { command: ['sh', '-c', 'echo cannot migrate\nexit 1'] } },
    log: 'cannot migrate',
  },
  { reason: 'by the command false', options: { container: { command: ['/bin/false'] } }, log: '' },
]

test.each(failures)('a Job fails $reason, after backoffLimit retries', async ({ options, log }) => {
  using story = startStory()
  story.cluster.apply(job({ backoffLimit: 2 }, options))
  await story.clock.advance(20_000)
  const live = story.get<Job>('batch/v1', 'Job', 'migrate')
  expect(conditionText(live, 'Failed')).toBe('True BackoffLimitExceeded')
  expect(conditionText(live, 'Complete')).toBeUndefined()
  expect(live?.status?.failed).toBe(3)
  expect(phases(story.pods())).toEqual(['Failed', 'Failed', 'Failed'])
  expect(story.simulation.logs('shop', story.pods()[0]?.metadata.name ?? '')).toContain(log)
  expect(story.events('migrate')).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit')
})

test('restartPolicy OnFailure restarts the container in the same pod until the limit', async () => {
  using story = startStory()
  story.cluster.apply(job({ backoffLimit: 1 }, { restartPolicy: 'OnFailure', container: { command: ['false'] } }))
  await story.clock.advance(30_000)
  expect(conditionText(story.get('batch/v1', 'Job', 'migrate'), 'Failed')).toBe('True BackoffLimitExceeded')
  expect(story.pods()).toHaveLength(0)
})

test('completions and parallelism bound how many pods there are', async () => {
  using story = startStory()
  story.cluster.apply(job({ completions: 5, parallelism: 2 }))
  let most = 0
  for (let step = 0; step < 500; step++) {
    await story.clock.advance(20)
    most = Math.max(most, story.pods().filter((pod) => pod.status?.phase !== 'Succeeded').length)
  }
  expect(most).toBe(2)
  expect(story.get<Job>('batch/v1', 'Job', 'migrate')?.status?.succeeded).toBe(5)
  expect(phases(story.pods())).toEqual(Array(5).fill('Succeeded'))
})

test('an Indexed Job gives each index to one pod', async () => {
  using story = startStory()
  story.cluster.apply(job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }))
  await story.clock.advance(3_000)
  expect(story.pods().map((pod) => pod.metadata.name?.slice(0, 9))).toEqual(['migrate-0', 'migrate-1', 'migrate-2'])
  expect(story.get<Job>('batch/v1', 'Job', 'migrate')?.status?.completedIndexes).toBe('0-2')
})

test('activeDeadlineSeconds ends a Job that takes too long, and its pods', async () => {
  using story = startStory()
  story.cluster.apply(job({ activeDeadlineSeconds: 5 }, { container: { command: ['sh', '-c', 'sleep 60'] } }))
  await story.clock.advance(4_000)
  expect(story.get<Job>('batch/v1', 'Job', 'migrate')?.status?.active).toBe(1)
  await story.clock.advance(3_000)
  expect(conditionText(story.get('batch/v1', 'Job', 'migrate'), 'Failed')).toBe('True DeadlineExceeded')
  expect(story.pods()).toEqual([])
})

test('ttlSecondsAfterFinished removes a finished Job and its pods', async () => {
  using story = startStory()
  story.cluster.apply(job({ ttlSecondsAfterFinished: 10 }))
  await story.clock.advance(8_000)
  expect(story.get('batch/v1', 'Job', 'migrate')).toBeDefined()
  await story.clock.advance(8_000)
  expect(story.get('batch/v1', 'Job', 'migrate')).toBeUndefined()
  expect(story.pods()).toEqual([])
})

test('a suspended Job has no pods until it is resumed', async () => {
  using story = startStory()
  story.cluster.apply(job({ suspend: true }))
  await story.clock.advance(3_000)
  expect(story.pods()).toEqual([])
  expect(conditionText(story.get('batch/v1', 'Job', 'migrate'), 'Suspended')).toBe('True JobSuspended')
  story.cluster.apply(job({ suspend: false }))
  await story.clock.advance(3_000)
  expect(conditionText(story.get('batch/v1', 'Job', 'migrate'), 'Complete')).toBe('True CompletionsReached')
  expect(conditionText(story.get('batch/v1', 'Job', 'migrate'), 'Suspended')).toBe('False JobResumed')
})

test('a Job whose image is missing stays active and says why on its pod', async () => {
  using story = startStory()
  story.cluster.apply(job({}, { image: 'shop/migrate:broken' }))
  await story.clock.advance(60_000)
  expect(story.get<Job>('batch/v1', 'Job', 'migrate')?.status?.active).toBe(1)
  expect(story.pods()[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason).toBe('ImagePullBackOff')
})

test('a bare pod that is not restarted runs its command once', async () => {
  using story = startStory()
  const spec = {
    restartPolicy: 'Never',
    containers: [{ name: 'app', image: 'shop/tool:1', command: ['tool', 'check'] }],
  }
  story.cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'check', namespace: 'shop' }, spec })
  await story.clock.advance(3_000)
  expect(phases(story.pods())).toEqual(['Succeeded'])
})
