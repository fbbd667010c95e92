/** Jobs: pods that must end well, so often and no oftener. */
import type { KubeObject } from '../../kube/object.ts'
import { findCondition, withCondition } from './conditions.ts'
import type { Context, Controller } from './controller.ts'
import { childrenOf, controllerManager, earlier, podRef, writeStatus } from './controller.ts'
import { nonZero } from './deployment-status.ts'
import { shortSuffix } from './hash.ts'
import type { JobVerdict } from './job-verdict.ts'
import { completionIndex, indexAnnotation, indexList, jobVerdict } from './job-verdict.ts'
import { isActive, isReady, podFromTemplate } from './pod.ts'
import { backOff, millis, timestamp } from './timing.ts'
import type { Condition, Job, JobStatus, Pod } from './types.ts'

export const jobController: Controller = { kind: { group: 'batch', kind: 'Job' }, reconcile }

function reconcile(context: Context, object: KubeObject): number | undefined {
  const job = object as Job
  if (job.metadata.deletionTimestamp !== undefined) return undefined
  const finished = finishedAt(job)
  if (finished !== undefined) return expire(context, job, finished)
  const now = context.clock.now()
  if (job.spec.suspend === true) {
    suspend(context, job, now)
    return undefined
  }
  const startTime = job.status?.startTime ?? timestamp(now)
  const pods = childrenOf<Pod>(context, job, 'Pod')
  const verdict = jobVerdict(job, pods, millis(startTime), now)
  const wait = verdict.outcome === undefined ? startPods(context, job, pods, verdict, now) : stopPods(context, pods)
  const status = statusOf(context, job, verdict, startTime, now)
  writeStatus(context, job, status, controllerManager)
  if (verdict.outcome !== undefined) {
    announceEnd(context, job, verdict.outcome)
    return job.spec.ttlSecondsAfterFinished === undefined ? undefined : job.spec.ttlSecondsAfterFinished * 1000 + 1
  }
  return earlier(wait, verdict.untilDeadline)
}

function finishedAt(job: Job): number | undefined {
  const ended = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  return ended === undefined ? undefined : millis(ended.lastTransitionTime)
}

function expire(context: Context, job: Job, finished: number): number | undefined {
  const ttl = job.spec.ttlSecondsAfterFinished
  if (ttl === undefined) return undefined
  const left = finished + ttl * 1000 - context.clock.now()
  if (left > 0) return left
  const { namespace = '', name = '' } = job.metadata
  context.cluster.delete({ group: 'batch', kind: 'Job', namespace, name })
  return undefined
}

function suspend(context: Context, job: Job, now: number): void {
  stopPods(context, childrenOf<Pod>(context, job, 'Pod'))
  const { startTime: _, active: __, ready: ___, ...rest } = job.status ?? {}
  const conditions = withCondition(
    rest.conditions,
    { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' },
    now,
  )
  if (findCondition(rest.conditions, 'Suspended')?.status !== 'True')
    announce(context, job, 'Suspended', 'Job suspended')
  writeStatus(
    context,
    job,
    { ...rest, ready: 0, terminating: 0, uncountedTerminatedPods: {}, conditions },
    controllerManager,
  )
}

/** Starts what is missing; the answer is how long the back-off after a failure still holds the next pod. */
function startPods(
  context: Context,
  job: Job,
  pods: readonly Pod[],
  verdict: JobVerdict,
  now: number,
): number | undefined {
  const active = pods.filter(isActive)
  const missing = verdict.wanted - active.length
  for (const pod of active.slice(0, Math.max(0, -missing))) removePod(context, pod)
  if (missing <= 0) return undefined
  if (verdict.failed > 0) {
    const { jobBackOff, jobBackOffMax } = context.timing
    const left = verdict.lastFailure + backOff(jobBackOff, jobBackOffMax, verdict.failed - 1) - now
    if (left > 0) return left
  }
  const taken = new Set(active.map(completionIndex))
  let index = 0
  for (let i = 0; i < missing; i++) {
    while (taken.has(index) || verdict.succeededIndexes.has(index)) index++
    createPod(context, job, job.spec.completionMode === 'Indexed' ? index : undefined, i)
    taken.add(index)
  }
  return undefined
}

function stopPods(context: Context, pods: readonly Pod[]): undefined {
  for (const pod of pods) if (isActive(pod)) removePod(context, pod)
}

function removePod(context: Context, pod: Pod): void {
  context.cluster.delete(podRef(pod.metadata.namespace ?? '', pod.metadata.name ?? ''))
}

function createPod(context: Context, job: Job, index: number | undefined, attempt: number): void {
  const { namespace = '', name: jobName = '', uid = '' } = job.metadata
  const stem = index === undefined ? jobName : `${jobName}-${index}`
  let name = ''
  for (let i = attempt; name === '' || context.cluster.get(podRef(namespace, name)) !== undefined; i++) {
    name = `${stem}-${shortSuffix(`${uid}/${context.clock.now()}/${index ?? ''}/${i}`)}`
  }
  const pod = podFromTemplate(job, job.spec.template, name, {
    labels: {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': jobName,
      'controller-uid': uid,
      'job-name': jobName,
      ...(index === undefined ? {} : { [indexAnnotation]: String(index) }),
    },
    ...(index === undefined ? {} : { annotations: { [indexAnnotation]: String(index) } }),
  })
  context.cluster.create(pod, controllerManager)
  announce(context, job, 'SuccessfulCreate', `Created pod: ${name}`)
}

function statusOf(context: Context, job: Job, verdict: JobVerdict, startTime: string, now: number): JobStatus {
  const active = childrenOf<Pod>(context, job, 'Pod').filter(isActive)
  const { outcome } = verdict
  let conditions: Condition[] = job.status?.conditions ?? []
  if (findCondition(conditions, 'Suspended')?.status === 'True') {
    const resumed = { type: 'Suspended', status: 'False' as const, reason: 'JobResumed', message: 'Job resumed' }
    conditions = withCondition(conditions, resumed, now)
  }
  if (outcome !== undefined) {
    const types = outcome.succeeded ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed']
    for (const type of types) {
      const condition = { type, status: 'True' as const, reason: outcome.reason, message: outcome.message }
      conditions = withCondition(conditions, { ...condition, lastProbeTime: timestamp(now) }, now)
    }
  }
  return {
    ...nonZero({ active: active.length, succeeded: verdict.succeeded, failed: verdict.failed }),
    ready: active.filter(isReady).length,
    terminating: 0,
    startTime,
    uncountedTerminatedPods: {},
    ...(outcome?.succeeded === true ? { completionTime: timestamp(now) } : {}),
    ...(verdict.succeededIndexes.size > 0 ? { completedIndexes: indexList(verdict.succeededIndexes) } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  }
}

function announceEnd(context: Context, job: Job, outcome: NonNullable<JobVerdict['outcome']>): void {
  if (outcome.succeeded) announce(context, job, 'Completed', 'Job completed')
  else announce(context, job, outcome.reason, outcome.message, 'Warning')
}

function announce(
  context: Context,
  job: Job,
  reason: string,
  message: string,
  type: 'Normal' | 'Warning' = 'Normal',
): void {
  context.recorder.record(job, { type, reason, message, source: 'job-controller' })
}
