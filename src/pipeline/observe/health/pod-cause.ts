/** Why one Pod is not running and ready: the container's own word, with the event that says more. Pure. */
import { getCondition, getField, getList, getNumber, getString } from '../../../kube/fields.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { eventsOf, newest, type ObjectEvent } from './object-events.ts'

export interface PodCause {
  readonly reason: string
  readonly message: string
  /** Larger is more telling; of many Pods the most telling one is shown. */
  readonly weight: number
}

type Finder = (pod: KubeObject, events: readonly ObjectEvent[]) => PodCause | undefined

/** In order: what is certain and specific before what is a symptom. */
const finders: readonly Finder[] = [
  imagePull,
  containerConfig,
  crashLoop,
  failedPod,
  unschedulable,
  notStarted,
  notReady,
]

/** Undefined for a Pod that is ready, finished well, being deleted, or simply on its way. */
export function podCause(pod: KubeObject, events: readonly KubeObject[] | undefined): PodCause | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined
  const phase = getString(pod, 'status', 'phase')
  if (phase === 'Succeeded' || (phase === 'Running' && getCondition(pod, 'Ready')?.status === 'True')) return undefined
  const about = eventsOf(pod, events)
  for (const find of finders) {
    const cause = find(pod, about)
    if (cause !== undefined) return cause
  }
  return undefined
}

const pullReasons: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
])

function imagePull(pod: KubeObject, events: readonly ObjectEvent[]): PodCause | undefined {
  const container = containersOf(pod).find((one) => pullReasons.has(waitingReason(one)))
  if (container === undefined) return undefined
  // While it backs off the container only says "Back-off pulling image"; what the registry said is in the event.
  const said = events.find((event) => event.reason === 'Failed' && event.message.startsWith('Failed to pull image'))
  const message = said?.message ?? getString(container, 'state', 'waiting', 'message') ?? ''
  return {
    reason: waitingReason(container),
    message: `container ${nameOf(container)}: ${message || imageOf(container)}`,
    weight: 70,
  }
}

const configReasons: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PostStartHookError',
])

function containerConfig(pod: KubeObject): PodCause | undefined {
  const container = containersOf(pod).find((one) => configReasons.has(waitingReason(one)))
  if (container === undefined) return undefined
  const message = getString(container, 'state', 'waiting', 'message') ?? ''
  return { reason: waitingReason(container), message: `container ${nameOf(container)}: ${message}`, weight: 65 }
}

function crashLoop(pod: KubeObject): PodCause | undefined {
  const container = containersOf(pod).find((one) => waitingReason(one) === 'CrashLoopBackOff')
  if (container === undefined) return undefined
  const restarts = getNumber(container, 'restartCount') ?? 0
  const ended = exitText(getField(container, 'lastState', 'terminated'))
  const how = ended === '' ? 'ends soon after it starts' : ended
  const log = `kubectl logs -n ${pod.metadata.namespace ?? 'default'} ${pod.metadata.name} -c ${nameOf(container)} --previous`
  return {
    reason: 'CrashLoopBackOff',
    message: `container ${nameOf(container)} ${how}, ${restarts} restarts (${log})`,
    weight: 60,
  }
}

/** A Pod that is not restarted, or was evicted. */
function failedPod(pod: KubeObject): PodCause | undefined {
  const ended = containersOf(pod).find((one) => (getNumber(one, 'state', 'terminated', 'exitCode') ?? 0) !== 0)
  const failed = getString(pod, 'status', 'phase') === 'Failed'
  if (!failed && ended === undefined) return undefined
  const reason = getString(pod, 'status', 'reason')
  if (reason !== undefined) return { reason, message: getString(pod, 'status', 'message') ?? '', weight: 55 }
  if (ended === undefined) return { reason: 'Failed', message: getString(pod, 'status', 'message') ?? '', weight: 55 }
  const terminated = getField(ended, 'state', 'terminated')
  const message = `container ${nameOf(ended)} ${exitText(terminated)}`
  return { reason: getString(terminated, 'reason') ?? 'Error', message, weight: 55 }
}

function unschedulable(pod: KubeObject): PodCause | undefined {
  const scheduled = getCondition(pod, 'PodScheduled')
  if (scheduled?.status !== 'False') return undefined
  return { reason: scheduled.reason || 'Unschedulable', message: scheduled.message, weight: 50 }
}

/** Scheduled, but its node cannot prepare it: a volume, a network. */
function notStarted(_pod: KubeObject, events: readonly ObjectEvent[]): PodCause | undefined {
  const event = newest(events, 'FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox')
  return event === undefined ? undefined : { reason: event.reason, message: event.message, weight: 45 }
}

function notReady(pod: KubeObject, events: readonly ObjectEvent[]): PodCause | undefined {
  if (getString(pod, 'status', 'phase') !== 'Running') return undefined
  const probe = newest(events, 'Unhealthy')
  if (probe !== undefined) return { reason: 'Unhealthy', message: probe.message, weight: 40 }
  const ready = getCondition(pod, 'Ready')
  if (ready?.status !== 'False' || ready.message === '') return undefined
  return { reason: 'NotReady', message: ready.message, weight: 20 }
}

/** Init containers first: nothing after them has begun. */
function containersOf(pod: KubeObject): readonly unknown[] {
  return [...getList(pod, 'status', 'initContainerStatuses'), ...getList(pod, 'status', 'containerStatuses')]
}

function waitingReason(container: unknown): string {
  return getString(container, 'state', 'waiting', 'reason') ?? ''
}

function nameOf(container: unknown): string {
  return getString(container, 'name') ?? ''
}

function imageOf(container: unknown): string {
  return `image ${getString(container, 'image') ?? ''}`
}

const lastWords = 200

/** `exited with code 1: relation exists`, `was killed: out of memory`. */
function exitText(terminated: unknown): string {
  const code = getNumber(terminated, 'exitCode')
  if (code === undefined) return ''
  if (getString(terminated, 'reason') === 'OOMKilled') return 'was killed: out of memory'
  const said = (getString(terminated, 'message') ?? '').trim().split('\n').at(-1)?.slice(0, lastWords) ?? ''
  return said === '' ? `exited with code ${code}` : `exited with code ${code}: ${said}`
}
