/** Where a Job stands, from its pods: how many ended how, how many more it wants, whether it is over. Pure. */
import { isActive } from './pod.ts'
import { millis } from './timing.ts'
import type { Job, Pod } from './types.ts'

export const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

export interface JobVerdict {
  readonly succeeded: number
  /** Failed pods, and restarts of containers where the pod restarts them itself. */
  readonly failed: number
  /** Milliseconds since the epoch. */
  readonly lastFailure: number
  /** Pods that should be active now. */
  readonly wanted: number
  readonly succeededIndexes: ReadonlySet<number>
  /** Milliseconds until activeDeadlineSeconds have passed. */
  readonly untilDeadline: number | undefined
  readonly outcome: { readonly succeeded: boolean; readonly reason: string; readonly message: string } | undefined
}

export function jobVerdict(job: Job, pods: readonly Pod[], startedAt: number, now: number): JobVerdict {
  const { spec } = job
  const ended = pods.filter((pod) => pod.status?.phase === 'Succeeded')
  const failures = pods.filter((pod) => pod.status?.phase === 'Failed')
  const isIndexed = spec.completionMode === 'Indexed'
  const succeededIndexes = new Set(isIndexed ? ended.map(completionIndex) : [])
  // Pods that people remove stay counted.
  const succeeded = Math.max(job.status?.succeeded ?? 0, isIndexed ? succeededIndexes.size : ended.length)
  const failed = Math.max(job.status?.failed ?? 0, failures.length)
  const restarts = spec.template.spec.restartPolicy === 'OnFailure' ? restartsOf(pods) : 0
  const parallelism = spec.parallelism ?? 1
  const active = pods.filter(isActive).length
  // Without completions a first success means that no new pod starts: a work queue.
  const remaining =
    spec.completions === undefined ? (succeeded > 0 ? active : parallelism) : spec.completions - succeeded
  const untilDeadline =
    spec.activeDeadlineSeconds === undefined ? undefined : startedAt + spec.activeDeadlineSeconds * 1000 - now
  return {
    succeeded,
    failed,
    lastFailure: Math.max(0, ...failures.map(endOf)),
    wanted: Math.max(0, Math.min(parallelism, remaining)),
    succeededIndexes,
    untilDeadline,
    outcome: outcomeOf(job, succeeded, failed + restarts, active, untilDeadline),
  }
}

function outcomeOf(
  job: Job,
  succeeded: number,
  failures: number,
  active: number,
  untilDeadline: number | undefined,
): JobVerdict['outcome'] {
  const { completions, backoffLimit = 6 } = job.spec
  const isComplete = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions
  if (isComplete) {
    return { succeeded: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  }
  if (failures > backoffLimit) {
    return { succeeded: false, reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  }
  if (untilDeadline !== undefined && untilDeadline <= 0) {
    return { succeeded: false, reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  }
  return undefined
}

function restartsOf(pods: readonly Pod[]): number {
  let sum = 0
  for (const { status } of pods) {
    for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
      const isDown = container.state.terminated !== undefined && container.state.terminated.exitCode !== 0
      sum += container.restartCount + (isDown ? 1 : container.state.waiting?.reason === 'CrashLoopBackOff' ? 1 : 0)
    }
  }
  return sum
}

function endOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => millis(state.terminated?.finishedAt) || 0)
  return Math.max(0, ...ends)
}

/** The index of a pod of an Indexed Job; -1 for others. */
export function completionIndex(pod: Pod): number {
  return Number(pod.metadata.annotations?.[indexAnnotation] ?? -1)
}

/** `0-2,5`, as Kubernetes writes sets of indexes. */
export function indexList(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]
    while (i + 1 < sorted.length && sorted[i + 1] === sorted[i]! + 1) i++
    parts.push(first === sorted[i] ? String(first) : `${first}-${sorted[i]}`)
  }
  return parts.join(',')
}
