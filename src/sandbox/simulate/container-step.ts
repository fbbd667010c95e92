/** One container's next state: waiting, running, ended, waiting again. Pure but for the memory it is given. */
import { createHash } from 'node:crypto'
import type { Behaviour } from './behaviour.ts'
import type { ImageVerdict } from './image.ts'
import { pullError } from './image.ts'
import type { Happening } from './recorder.ts'
import type { Timing } from './timing.ts'
import { backOff, timestamp } from './timing.ts'
import type { Container, ContainerStatus } from './types.ts'

/** When a container is due for a look, and what it has been through. Lost at a restart, which only makes things happen sooner. */
export interface ContainerMemory {
  /** Milliseconds since the epoch; undefined = nothing is pending. */
  due: number | undefined
  pulls: number
}

export interface ContainerInput {
  readonly container: Container
  readonly status: ContainerStatus | undefined
  readonly memory: ContainerMemory
  readonly now: number
  readonly timing: Timing
  readonly behaviour: Behaviour
  readonly image: ImageVerdict
  /** What its environment lacks. */
  readonly missing: () => string | undefined
  readonly restarts: 'Always' | 'OnFailure' | 'Never'
  /** False while volumes or earlier init containers hold it back. */
  readonly mayStart: boolean
  readonly waitingReason: 'ContainerCreating' | 'PodInitializing'
  /** `web-5d8f_shop(uid)`, for messages. */
  readonly podText: string
  readonly event: (type: Happening['type'], reason: string, message: string) => void
}

/** The status after every step that is due by now. `memory.due` tells when to call again. */
export function stepContainer(input: ContainerInput): ContainerStatus {
  let status = input.status ?? waitingStatus(input)
  for (let steps = 0; steps < 4; steps++) {
    const next = stepOnce(input, status)
    if (next === status) break
    status = next
  }
  return status
}

function stepOnce(input: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { memory, now } = input
  if (status.state.waiting !== undefined && !input.mayStart) return status
  if (status.state.waiting !== undefined && isFresh(status) && memory.due === undefined && memory.pulls === 0) {
    memory.pulls = 1
    memory.due = now + input.timing.pull
    input.event('Normal', 'Pulling', `Pulling image "${status.image}"`)
    return status
  }
  if (status.state.running !== undefined && memory.due === undefined) rememberRun(input, status)
  const unfinished = status.state.terminated !== undefined && restartsAfter(input, status)
  if (memory.due === undefined && (status.state.waiting !== undefined || unfinished)) memory.due = now
  if (memory.due === undefined || memory.due > now) return status
  memory.due = undefined
  if (status.state.waiting !== undefined) return start(input, status)
  if (status.state.running !== undefined) return afterRunning(input, status)
  return unfinished ? restart(input, status) : status
}

function waitingStatus({ container, waitingReason }: ContainerInput): ContainerStatus {
  return {
    name: container.name,
    state: { waiting: { reason: waitingReason } },
    lastState: {},
    ready: false,
    started: false,
    restartCount: 0,
    image: container.image ?? '',
    imageID: '',
  }
}

function isFresh(status: ContainerStatus): boolean {
  const reason = status.state.waiting?.reason
  return reason === 'ContainerCreating' || reason === 'PodInitializing'
}

/** A process that started without memory of this container: what is still to come for it. */
function rememberRun({ behaviour, memory, now }: ContainerInput, status: ContainerStatus): void {
  memory.due = firstDue(behaviour, status.ready, now)
}

/** Ready first if it gets that far, then the end. */
function firstDue({ exit, readyAfterMs }: Behaviour, isReady: boolean, now: number): number | undefined {
  const becomesReady = !isReady && readyAfterMs !== undefined && (exit === undefined || exit.afterMs > readyAfterMs)
  if (becomesReady) return now + readyAfterMs
  return exit === undefined ? undefined : now + exit.afterMs
}

function start(input: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { memory, now, timing, event } = input
  const image = status.image
  if (input.image === 'invalid') return invalidImage(input, status)
  if (input.image === 'missing') return pullFailed(input, status)
  const missing = input.missing()
  if (missing !== undefined) {
    memory.due = now + timing.configRetry
    event('Warning', 'Failed', `Error: ${missing}`)
    return waiting(status, 'CreateContainerConfigError', missing)
  }
  if (isFresh(status)) {
    event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${Math.round(timing.pull)}ms`)
  } else event('Normal', 'Pulled', `Container image "${image}" already present on machine`)
  event('Normal', 'Created', `Container created`)
  event('Normal', 'Started', `Container started`)
  const wasRun = status.lastState.terminated !== undefined || status.state.terminated !== undefined
  return run(input, status, wasRun ? status.restartCount + 1 : status.restartCount)
}

function run(
  { behaviour, memory, now, podText }: ContainerInput,
  status: ContainerStatus,
  restartCount: number,
): ContainerStatus {
  memory.due = firstDue(behaviour, false, now)
  const digest = createHash('sha256').update(`${podText}/${status.name}/${restartCount}`).digest('hex')
  return {
    ...status,
    state: { running: { startedAt: timestamp(now) } },
    ready: false,
    started: true,
    restartCount,
    imageID: `${status.image.split('@')[0]}@sha256:${createHash('sha256').update(status.image).digest('hex')}`,
    containerID: `containerd://${digest}`,
  }
}

function afterRunning(input: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { behaviour, memory, now, timing } = input
  const { exit, readyAfterMs = 0 } = behaviour
  if (!status.ready && firstDue(behaviour, false, 0) === readyAfterMs && exit?.afterMs !== readyAfterMs) {
    if (exit !== undefined) memory.due = now + exit.afterMs - readyAfterMs
    return { ...status, ready: true }
  }
  if (exit === undefined) return status
  const terminated = {
    exitCode: exit.code,
    reason: exit.reason,
    startedAt: status.state.running?.startedAt ?? timestamp(now),
    finishedAt: timestamp(now),
    ...(status.containerID === undefined ? {} : { containerID: status.containerID }),
  }
  const ended: ContainerStatus = { ...status, state: { terminated }, ready: false, started: false }
  if (restartsAfter(input, ended)) memory.due = now + timing.exit
  return ended
}

/** Whether the restart policy starts an ended container again. */
function restartsAfter({ restarts }: ContainerInput, status: ContainerStatus): boolean {
  if (restarts === 'Always') return true
  return restarts === 'OnFailure' && status.state.terminated?.exitCode !== 0
}

/** The first restart follows at once; each later one waits twice as long. */
function restart(input: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { memory, now, timing, event, container, podText } = input
  const { terminated } = status.state
  const ended = { ...status, lastState: terminated === undefined ? {} : { terminated } }
  if (status.restartCount === 0) return start(input, { ...ended, state: { terminated: terminated! } })
  const wait = backOff(timing.crashBackOff, timing.crashBackOffMax, status.restartCount - 1)
  memory.due = now + wait
  const text = `restarting failed container=${container.name} pod=${podText}`
  event('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${podText}`)
  return waiting(ended, 'CrashLoopBackOff', `back-off ${seconds(wait)} ${text}`)
}

function pullFailed(input: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { memory, now, timing, event } = input
  const { image } = status
  const error = pullError(image)
  if (status.state.waiting?.reason === 'ErrImagePull') {
    memory.due = now + backOff(timing.pullBackOff, timing.pullBackOffMax, memory.pulls - 1)
    memory.pulls++
    event('Normal', 'BackOff', `Back-off pulling image "${image}"`)
    event('Warning', 'Failed', 'Error: ImagePullBackOff')
    return waiting(status, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${error}`)
  }
  memory.pulls = Math.max(1, memory.pulls)
  memory.due = now + timing.pullRetry
  if (!isFresh(status)) event('Normal', 'Pulling', `Pulling image "${image}"`)
  event('Warning', 'Failed', `Failed to pull image "${image}": ${error}`)
  event('Warning', 'Failed', 'Error: ErrImagePull')
  return waiting(status, 'ErrImagePull', error)
}

function invalidImage({ memory, now, timing, event }: ContainerInput, status: ContainerStatus): ContainerStatus {
  const { image } = status
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
  memory.due = now + timing.pullBackOffMax
  if (status.state.waiting?.reason !== 'InvalidImageName') {
    event('Warning', 'InspectFailed', message)
    event('Warning', 'Failed', 'Error: InvalidImageName')
  }
  return waiting(status, 'InvalidImageName', message)
}

function waiting(status: ContainerStatus, reason: string, message: string): ContainerStatus {
  return { ...status, state: { waiting: { reason, message } }, ready: false, started: false }
}

/** As Go prints a duration of whole seconds: 10s, 1m20s, 5m0s. */
function seconds(ms: number): string {
  const total = Math.round(ms / 1000)
  return total < 60 ? `${total}s` : `${Math.floor(total / 60)}m${total % 60}s`
}
