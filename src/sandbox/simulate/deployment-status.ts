/** The status of a Deployment from its ReplicaSets: counts, Available and Progressing. Pure. */
import { findCondition } from './conditions.ts'
import { millis, timestamp } from './timing.ts'
import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from './types.ts'

export interface StatusInput {
  readonly deployment: Deployment
  readonly current: ReplicaSet | undefined
  readonly all: readonly ReplicaSet[]
  /** The newest ReplicaSet was made just now. */
  readonly created: boolean
  readonly unavailable: number
  readonly now: number
}

export interface StatusResult {
  readonly status: DeploymentStatus
  /** Milliseconds until the progress deadline passes; undefined = nothing to wait for. */
  readonly deadline: number | undefined
}

/** 2^31 - 1 seconds mean "no deadline", as in Kubernetes. */
const noDeadline = 2_147_483_647

export function deploymentStatus(input: StatusInput): StatusResult {
  const { deployment, current, all, now } = input
  const { spec } = deployment
  const replicas = spec.replicas ?? 1
  const total = count(all, 'replicas')
  const available = count(all, 'availableReplicas')
  const counts = {
    replicas: total,
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: count(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, Math.max(total, count(all, 'wanted')) - available),
  }
  const before = deployment.status ?? {}
  let conditions = withAvailable(before.conditions, available >= replicas - input.unavailable, now)
  const isComplete = counts.updatedReplicas === replicas && total === replicas && available === replicas
  const hasProgressed =
    input.created ||
    counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
    total - counts.updatedReplicas < (before.replicas ?? 0) - (before.updatedReplicas ?? 0) ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    available > (before.availableReplicas ?? 0)
  const progress = progressing({ ...input, conditions, isComplete, hasProgressed })
  conditions = progress.conditions
  return {
    status: { observedGeneration: deployment.metadata.generation ?? 1, ...nonZero(counts), conditions },
    deadline: progress.deadline,
  }
}

function withAvailable(before: readonly Condition[] | undefined, isAvailable: boolean, now: number): Condition[] {
  const next = isAvailable
    ? {
        type: 'Available',
        status: 'True' as const,
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False' as const,
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
  return dated(before, next, now)
}

function progressing(input: StatusInput & { conditions: Condition[]; isComplete: boolean; hasProgressed: boolean }): {
  conditions: Condition[]
  deadline: number | undefined
} {
  const { deployment, current, conditions, now, isComplete, hasProgressed } = input
  const { spec } = deployment
  const known = findCondition(conditions, 'Progressing')
  const set = (status: Condition['status'], reason: string, message: string, touch = false) =>
    dated(conditions, { type: 'Progressing', status, reason, message }, now, touch)
  if (spec.paused === true) {
    if (known?.reason === 'ProgressDeadlineExceeded') return { conditions, deadline: undefined }
    return { conditions: set('Unknown', 'DeploymentPaused', 'Deployment is paused'), deadline: undefined }
  }
  const name = current?.metadata.name ?? ''
  const seconds = spec.progressDeadlineSeconds ?? 600
  if (isComplete) {
    const message = `ReplicaSet "${name}" has successfully progressed.`
    return { conditions: set('True', 'NewReplicaSetAvailable', message), deadline: undefined }
  }
  if (seconds >= noDeadline) return { conditions, deadline: undefined }
  // A finished rollout that only lost a pod is not a new rollout: the deadline does not run again.
  const wasComplete = known?.reason === 'NewReplicaSetAvailable' && known.message?.includes(`"${name}"`) === true
  if (wasComplete && !input.created) return { conditions, deadline: undefined }
  if (input.created) {
    return {
      conditions: set('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, true),
      deadline: seconds * 1000,
    }
  }
  if (known === undefined || known.reason === 'DeploymentPaused' || wasComplete) {
    return {
      conditions: set('True', 'FoundNewReplicaSet', `Found new replica set "${name}"`, true),
      deadline: seconds * 1000,
    }
  }
  if (hasProgressed) {
    return {
      conditions: set('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`, true),
      deadline: seconds * 1000,
    }
  }
  if (known.reason === 'ProgressDeadlineExceeded') return { conditions, deadline: undefined }
  const left = (millis(known.lastUpdateTime) || now) + seconds * 1000 - now
  if (left > 0) return { conditions, deadline: left }
  const message = `ReplicaSet "${name}" has timed out progressing.`
  return { conditions: set('False', 'ProgressDeadlineExceeded', message), deadline: undefined }
}

/** withCondition with lastUpdateTime, which moves with every write, and with `touch` even when nothing else changes. */
function dated(
  before: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'>,
  now: number,
  touch = false,
): Condition[] {
  const known = findCondition(before, next.type)
  const same = known?.status === next.status && known.reason === next.reason && known.message === next.message
  if (same && !touch) return before as Condition[]
  const lastTransitionTime = known?.status === next.status ? known.lastTransitionTime : undefined
  const { type, status, reason, message } = next
  const condition = {
    type,
    status,
    lastUpdateTime: timestamp(now),
    lastTransitionTime: lastTransitionTime ?? timestamp(now),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  }
  const list = before ?? []
  return known === undefined ? [...list, condition] : list.map((other) => (other === known ? condition : other))
}

function count(
  all: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'wanted',
): number {
  return all.reduce((sum, one) => sum + (field === 'wanted' ? (one.spec.replicas ?? 0) : (one.status?.[field] ?? 0)), 0)
}

/** Kubernetes leaves counts of 0 out. */
export function nonZero<T extends Record<string, number | undefined>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value)) as Partial<T>
}
