/** From an object that is not healthy down to the one that is the reason, with its own words. Pure. */
import type { Cause } from '../../../api/views.ts'
import { getCondition, getList, getString } from '../../../kube/fields.ts'
import { type KubeObject, refOf } from '../../../kube/object.ts'
import { eventsOf } from './object-events.ts'
import { type PodCause, podCause } from './pod-cause.ts'
import { isWorkload, kindKeyOf, type Related } from './related.ts'

/**
 * Undefined when nothing that could be read explains it. `managed` is the object an application owns; the caller decides that it is
 * not healthy, except that a Pod which is ready never is a cause.
 */
export function findCause(managed: KubeObject, related: Related): Cause | undefined {
  if (kindKeyOf(managed) === '/Pod') return causeOfPod([managed], related)
  if (isWorkload(managed)) return causeOfWorkload(managed, related)
  return causeByEvent(managed, related) ?? causeByCondition(managed)
}

function causeOfWorkload(managed: KubeObject, related: Related): Cause | undefined {
  const owner = managed.kind === 'Deployment' ? newestReplicaSet(managed, related.replicaSets) : managed
  const chain = owner === undefined || owner === managed ? [managed] : [owner, managed]
  // A Deployment whose newest ReplicaSet cannot be read still has Pods: those of its selector.
  const pods = (related.pods ?? []).filter((pod) => owner === undefined || isOwnedBy(pod, owner))
  return (
    worstPod(pods, chain, related) ??
    creationFailure(chain, related) ??
    (managed.kind === 'Job' ? jobFailure(managed) : undefined) ??
    causeByCondition(managed)
  )
}

function worstPod(pods: readonly KubeObject[], chain: readonly KubeObject[], related: Related): Cause | undefined {
  let worst: { pod: KubeObject; cause: PodCause } | undefined
  for (const pod of pods) {
    const cause = podCause(pod, related.events)
    if (cause === undefined) continue
    if (worst === undefined || isMoreTelling(pod, cause, worst)) worst = { pod, cause }
  }
  return worst === undefined ? undefined : causeOfPod([worst.pod, ...chain], related)
}

/** The heavier cause; of equals the newer Pod, then the first by name. */
function isMoreTelling(pod: KubeObject, cause: PodCause, than: { pod: KubeObject; cause: PodCause }): boolean {
  if (cause.weight !== than.cause.weight) return cause.weight > than.cause.weight
  const born = pod.metadata.creationTimestamp ?? ''
  const other = than.pod.metadata.creationTimestamp ?? ''
  if (born !== other) return born > other
  return (pod.metadata.name ?? '') < (than.pod.metadata.name ?? '')
}

function causeOfPod(chain: readonly KubeObject[], related: Related): Cause | undefined {
  const [pod] = chain
  const cause = pod === undefined ? undefined : podCause(pod, related.events)
  return cause === undefined ? undefined : build(chain, cause.reason, cause.message)
}

/** Pods that could not even be created: a quota, an admission webhook, a missing service account. */
function creationFailure(chain: readonly KubeObject[], related: Related): Cause | undefined {
  for (const [index, object] of chain.entries()) {
    const condition = getCondition(object, 'ReplicaFailure')
    if (condition?.status === 'True') return build(chain.slice(index), condition.reason, condition.message)
    const event = eventsOf(object, related.events).find((one) => one.reason === 'FailedCreate')
    if (event !== undefined) return build(chain.slice(index), event.reason, event.message)
  }
  return undefined
}

function jobFailure(job: KubeObject): Cause | undefined {
  const failed = getCondition(job, 'Failed')
  return failed?.status === 'True' ? build([job], failed.reason, failed.message) : undefined
}

/** Volume claims, load balancers and the like: whoever provides them reports by event. */
function causeByEvent(managed: KubeObject, related: Related): Cause | undefined {
  const events = eventsOf(managed, related.events)
  const event =
    events.find((one) => one.type === 'Warning') ??
    (kindKeyOf(managed) === '/PersistentVolumeClaim' ? events[0] : undefined)
  return event === undefined ? undefined : build([managed], event.reason, event.message)
}

/** The object's own conditions, those first that say that waiting does not help. */
function causeByCondition(managed: KubeObject): Cause | undefined {
  const progress = getCondition(managed, 'Progressing')
  if (progress?.status === 'False') return build([managed], progress.reason, progress.message)
  const stalled = getCondition(managed, 'Stalled')
  if (stalled?.status === 'True') return build([managed], stalled.reason, stalled.message)
  for (const type of ['Ready', 'Available', 'Established', 'NamesAccepted', 'ScalingActive', 'AbleToScale']) {
    const condition = getCondition(managed, type)
    if (condition?.status === 'False') return build([managed], condition.reason || `Not${type}`, condition.message)
  }
  return lacksAddress(managed)
    ? build([managed], 'AddressPending', 'no controller has given it an address yet')
    : undefined
}

function lacksAddress(object: KubeObject): boolean {
  const waits =
    object.kind === 'Ingress' || (object.kind === 'Service' && getString(object, 'spec', 'type') === 'LoadBalancer')
  return waits && getList(object, 'status', 'loadBalancer', 'ingress').length === 0
}

function build(chain: readonly KubeObject[], reason: string, message: string): Cause | undefined {
  const [bottom] = chain
  return bottom === undefined
    ? undefined
    : { ref: refOf(bottom), chain: chain.map(refOf), reason, message: message.trim() }
}

const revisionAnnotation = 'deployment.kubernetes.io/revision'

/** The ReplicaSet of the present template: the owned one with the highest revision. */
function newestReplicaSet(
  deployment: KubeObject,
  replicaSets: readonly KubeObject[] | undefined,
): KubeObject | undefined {
  let newest: KubeObject | undefined
  for (const one of replicaSets ?? []) {
    if (isOwnedBy(one, deployment) && (newest === undefined || revisionOf(one) > revisionOf(newest))) newest = one
  }
  return newest
}

function revisionOf(replicaSet: KubeObject): number {
  return Number(replicaSet.metadata.annotations?.[revisionAnnotation] ?? 0)
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  const references = object.metadata.ownerReferences ?? []
  return references.some((one) =>
    owner.metadata.uid === undefined || one.uid === ''
      ? one.kind === owner.kind && one.name === owner.metadata.name
      : one.uid === owner.metadata.uid,
  )
}
