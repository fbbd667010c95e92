/** What a sync writes to: a Kubernetes cluster, or Halcyon's own set of applications. Only this folder calls `apply` and `remove`. Types and one number. */
import type { GroupKind, KubeObject, ObjectRef } from '../../kube/object.ts'
import type { DesiredObject, LiveObject, ObjectOptions } from '../plan/types.ts'

/** Requests that one operation has under way at once: enough to keep a server busy, few enough to leave others of a giant their share. */
export const requestsAtOnce = 16

/** What the target says an apply would lead to, or led to. */
export interface Written {
  readonly object: KubeObject
  readonly uid: string
  readonly fingerprint: string
  readonly created: boolean
  readonly warnings: readonly string[]
}

/** Methods throw HalcyonError: ClusterUnavailable, ClusterRefused, KindUnknown, ApplyRefused, SharedResource. */
export interface Target {
  readonly name: string
  /**
   * Whether a sync that ends with objects of this target waits for their health. Applications deliver themselves: a parent waits for
   * its children between waves, but is done when the last of them are in place.
   */
  readonly gatesLastStep: boolean
  /** Applying an object that is being deleted takes it back; elsewhere it has to be gone first. */
  readonly revives: boolean
  /** True when objects of this kind belong to this target. */
  owns(kind: GroupKind): boolean
  /** Undefined: the kind is not served (or not known because discovery failed, which throws). */
  isNamespaced(kind: GroupKind): boolean | undefined
  /** Whether the kind was served at this version when discovery was last read. */
  serves(kind: GroupKind, version: string): boolean
  /** Starts to watch the kinds and resolves once each has been listed, so that absence in `live` means absence. Kinds that are not served are passed over. */
  prepare(kinds: readonly GroupKind[], signal: AbortSignal): Promise<void>
  live(key: string): LiveObject | undefined
  /** Reads one object in full; undefined when it does not exist. */
  read(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>
  /** A dry run: nothing is written. */
  predict(desired: DesiredObject, signal: AbortSignal): Promise<Written>
  apply(desired: DesiredObject, signal: AbortSignal): Promise<Written>
  /** Resolves when the delete was accepted; the object leaves `live` when it is gone. An absent object, or another incarnation than `uid`, is no error. */
  remove(
    ref: ObjectRef,
    uid: string,
    propagation: ObjectOptions['prunePropagationPolicy'],
    signal: AbortSignal,
  ): Promise<void>
  /** Learns kinds anew. */
  rediscover(signal: AbortSignal): Promise<void>
}
