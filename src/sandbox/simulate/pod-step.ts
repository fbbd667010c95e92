/** The kubelet's view of one pod: container states in, phase and conditions out. Pure but for the memory it is given. */
import { behaviourOf } from './behaviour.ts'
import { findCondition, withCondition } from './conditions.ts'
import type { ContainerMemory } from './container-step.ts'
import { stepContainer } from './container-step.ts'
import { judgeImage } from './image.ts'
import type { Happening } from './recorder.ts'
import type { Lookup } from './references.ts'
import { missingEnvironment, missingVolume } from './references.ts'
import { scenarioOf } from './scenarios.ts'
import type { Timing } from './timing.ts'
import { backOff, timestamp } from './timing.ts'
import type { Condition, Container, ContainerStatus, Pod, PodStatus } from './types.ts'

/** What the kubelet remembers of a pod while something is pending. */
export interface PodMemory {
  readonly containers: Map<string, ContainerMemory>
  mountAttempts: number
  mountDue: number
}

export function newPodMemory(): PodMemory {
  return { containers: new Map(), mountAttempts: 0, mountDue: 0 }
}

export interface PodEnvironment {
  readonly now: number
  readonly timing: Timing
  readonly lookup: Lookup
  /** Called once, when the first container starts. */
  readonly podIp: () => string
  readonly hostIp: string
}

export interface PodStep {
  readonly status: PodStatus
  readonly events: readonly Omit<Happening, 'source' | 'host'>[]
  /** Milliseconds until the next step is due; undefined = nothing is pending. */
  readonly next: number | undefined
}

/** A pod that is bound to a node, one look later. */
export function stepPod(pod: Pod, memory: PodMemory, environment: PodEnvironment): PodStep {
  const { now } = environment
  const events: PodStep['events'][number][] = []
  const inits = pod.spec.initContainers ?? []
  const before = pod.status ?? {}

  const mounted = mountVolumes(pod, memory, environment, (message) =>
    events.push({ type: 'Warning', reason: 'FailedMount', message }),
  )
  let mayStart = mounted
  const initStatuses = inits.map((container, i) => {
    const status = step(container, true, before.initContainerStatuses?.[i], mayStart)
    mayStart &&= isPast(container, status)
    return status
  })
  const containerStatuses = pod.spec.containers.map((container, i) =>
    step(container, false, before.containerStatuses?.[i], mayStart),
  )

  function step(container: Container, isInit: boolean, status: ContainerStatus | undefined, start: boolean) {
    const path = isInit ? `spec.initContainers{${container.name}}` : `spec.containers{${container.name}}`
    const isFirst = !isInit && pod.spec.containers[0] === container
    const { namespace = '', name = '', uid = '' } = pod.metadata
    return stepContainer({
      container,
      status,
      memory: memoryOf(memory, path),
      now,
      timing: environment.timing,
      behaviour: behaviourOf(pod, container, isInit, environment.timing),
      image: isFirst && scenarioOf(pod)?.name === 'image-missing' ? 'missing' : judgeImage(container.image),
      missing: () => missingEnvironment(container, namespace, environment.lookup),
      restarts: restartPolicy(pod, container, isInit),
      mayStart: start,
      waitingReason: inits.length > 0 ? 'PodInitializing' : 'ContainerCreating',
      podText: `${name}_${namespace}(${uid})`,
      event: (type, reason, message) => events.push({ type, reason, message, fieldPath: path }),
    })
  }

  reportProbes(pod, before, containerStatuses, events)
  const phase = phaseOf(pod, initStatuses, containerStatuses)
  return {
    status: podStatus(pod, environment, phase, initStatuses, containerStatuses),
    events,
    next: nextDue(memory, phase, mounted, now),
  }
}

function memoryOf(memory: PodMemory, path: string): ContainerMemory {
  let known = memory.containers.get(path)
  if (known === undefined) {
    known = { due: undefined, pulls: 0 }
    memory.containers.set(path, known)
  }
  return known
}

function restartPolicy(pod: Pod, container: Container, isInit: boolean): 'Always' | 'OnFailure' | 'Never' {
  const policy = pod.spec.restartPolicy ?? 'Always'
  if (isInit) return container.restartPolicy === 'Always' ? 'Always' : policy === 'Never' ? 'Never' : 'OnFailure'
  return policy as 'Always' | 'OnFailure' | 'Never'
}

/** True when nothing keeps the volumes from being set up; tries again with back-off. */
function mountVolumes(
  pod: Pod,
  memory: PodMemory,
  environment: PodEnvironment,
  fail: (message: string) => void,
): boolean {
  if (pod.status?.containerStatuses?.some((status) => status.state.waiting === undefined)) return true
  if (memory.mountDue > environment.now) return false
  const missing = missingVolume(pod.spec, environment.lookup)
  if (missing === undefined) {
    memory.mountDue = 0
    return true
  }
  memory.mountDue =
    environment.now + backOff(environment.timing.mountRetry, 16 * environment.timing.mountRetry, memory.mountAttempts++)
  fail(missing)
  return false
}

/** An init container that no longer holds back what comes after it. */
function isPast(container: Container, status: ContainerStatus): boolean {
  if (container.restartPolicy === 'Always') return status.started === true || status.restartCount > 0
  return status.state.terminated?.exitCode === 0
}

function phaseOf(pod: Pod, inits: readonly ContainerStatus[], mains: readonly ContainerStatus[]): string {
  const never = pod.spec.restartPolicy === 'Never'
  const specs = pod.spec.initContainers ?? []
  if (never && inits.some((status) => failedFor(status))) return 'Failed'
  if (inits.some((status, i) => !isPast(specs[i]!, status))) return 'Pending'
  if (mains.some((status) => status.state.waiting !== undefined && status.lastState.terminated === undefined))
    return 'Pending'
  const policy = pod.spec.restartPolicy ?? 'Always'
  if (policy === 'Always' || mains.some((status) => status.state.terminated === undefined)) return 'Running'
  if (!mains.some((status) => failedFor(status))) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function failedFor(status: ContainerStatus): boolean {
  return status.state.terminated !== undefined && status.state.terminated.exitCode !== 0
}

function podStatus(
  pod: Pod,
  environment: PodEnvironment,
  phase: string,
  inits: ContainerStatus[],
  mains: ContainerStatus[],
): PodStatus {
  const { now, hostIp } = environment
  const before = pod.status ?? {}
  const specs = pod.spec.initContainers ?? []
  const initialized = inits.every((status, i) => isPast(specs[i]!, status))
  const started = [...inits, ...mains].some((status) => status.state.waiting === undefined || status.restartCount > 0)
  const podIp = before.podIP ?? (started ? environment.podIp() : undefined)
  const conditions = podConditions(before.conditions, phase, initialized, started, inits, mains, now)
  return {
    ...before,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions,
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    startTime: before.startTime ?? timestamp(now),
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    ...(inits.length === 0
      ? {}
      : {
          initContainerStatuses: inits.map((status) => ({
            ...status,
            ready: status.state.terminated?.exitCode === 0 || status.ready,
          })),
        }),
    containerStatuses: mains,
    qosClass: before.qosClass ?? qosClass(pod),
  }
}

function podConditions(
  before: readonly Condition[] | undefined,
  phase: string,
  initialized: boolean,
  started: boolean,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
  now: number,
): Condition[] {
  const unready = mains.filter((status) => !status.ready).map((status) => status.name)
  const notReady =
    phase === 'Succeeded'
      ? { status: 'False' as const, reason: 'PodCompleted' }
      : phase === 'Failed'
        ? { status: 'False' as const, reason: 'PodFailed' }
        : {
            status: 'False' as const,
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          }
  const ready = unready.length === 0 && initialized ? { status: 'True' as const } : notReady
  const incomplete = inits.filter((status) => status.state.terminated?.exitCode !== 0).map((status) => status.name)
  const initializedCondition = initialized
    ? { status: 'True' as const, ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
    : {
        status: 'False' as const,
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      }
  const running = started && phase !== 'Succeeded' && phase !== 'Failed'
  let conditions = withCondition(before, { type: 'PodReadyToStartContainers', status: running ? 'True' : 'False' }, now)
  conditions = withCondition(conditions, { type: 'Initialized', ...initializedCondition }, now)
  conditions = withCondition(conditions, { type: 'Ready', ...ready }, now)
  conditions = withCondition(conditions, { type: 'ContainersReady', ...ready }, now)
  if (findCondition(conditions, 'PodScheduled')?.status === 'True') return conditions
  return withCondition(conditions, { type: 'PodScheduled', status: 'True' }, now)
}

/** BestEffort without any request or limit, Guaranteed when every container's limits equal its requests. */
function qosClass(pod: Pod): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const states = all.map(({ resources = {} }) => {
    const { requests = {}, limits = {} } = resources
    if (Object.keys(requests).length + Object.keys(limits).length === 0) return 'none'
    const full = ['cpu', 'memory'].every(
      (key) => limits[key] !== undefined && (requests[key] ?? limits[key]) === limits[key],
    )
    return full ? 'full' : 'some'
  })
  if (states.every((state) => state === 'none')) return 'BestEffort'
  return states.every((state) => state === 'full') ? 'Guaranteed' : 'Burstable'
}

/** The probe that never succeeds says so once it has had the time to. */
function reportProbes(
  pod: Pod,
  before: PodStatus,
  mains: readonly ContainerStatus[],
  events: PodStep['events'][number][],
): void {
  if (scenarioOf(pod)?.name !== 'never-ready') return
  const first = mains[0]
  if (first?.state.running === undefined || before.containerStatuses?.[0]?.state.running !== undefined) return
  const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503'
  events.push({ type: 'Warning', reason: 'Unhealthy', message, fieldPath: `spec.containers{${first.name}}` })
}

function nextDue(memory: PodMemory, phase: string, mounted: boolean, now: number): number | undefined {
  if (phase === 'Succeeded' || phase === 'Failed') return undefined
  let next = mounted ? Number.POSITIVE_INFINITY : memory.mountDue
  for (const { due } of memory.containers.values()) if (due !== undefined) next = Math.min(next, due)
  return next === Number.POSITIVE_INFINITY ? undefined : Math.max(0, next - now)
}
