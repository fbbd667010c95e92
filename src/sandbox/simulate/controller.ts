/** What a simulated controller is, and the small writes they all make. */

import type { GroupKind, KubeObject, ObjectRef } from '../../kube/object.ts'
import { refOf } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { SimulatedCluster } from './cluster.ts'
import { jsonEqual } from './equal.ts'
import type { LabelIndex } from './label-index.ts'
import type { OwnerIndex } from './owner-index.ts'
import type { Recorder } from './recorder.ts'
import type { Timing } from './timing.ts'

/** The field managers of a real cluster. */
export const controllerManager = 'kube-controller-manager'
export const kubeletManager = 'kubelet'
export const schedulerManager = 'kube-scheduler'

export interface Context {
  readonly cluster: SimulatedCluster
  readonly clock: Clock
  readonly timing: Timing
  readonly owned: OwnerIndex
  /** Pods by their labels. */
  readonly pods: LabelIndex
  readonly recorder: Recorder
}

/** Level-triggered: told only that something about the object may have changed, it looks again and moves things towards the goal. */
export interface Controller {
  readonly kind: GroupKind
  /** Returns after how many milliseconds to look again without being told. */
  reconcile(context: Context, object: KubeObject): number | undefined
  /** The object is gone: drop what was remembered about it. */
  forget?(context: Context, object: KubeObject): void
}

/** Writes a status unless it is the one already there. */
export function writeStatus<T extends KubeObject>(context: Context, object: T, status: unknown, manager: string): void {
  if (!jsonEqual(object['status'], status)) context.cluster.updateStatus({ ...object, status }, manager)
}

/** Objects of a kind that `owner` controls, oldest first. */
export function childrenOf<T extends KubeObject>(context: Context, owner: KubeObject, kind: string): T[] {
  const out: T[] = []
  for (const ref of context.owned.children(owner.metadata.uid ?? '', kind)) {
    const child = context.cluster.get(ref)
    if (child !== undefined) out.push(child as T)
  }
  return out
}

/** The owner reference a controller puts on what it makes. */
export function ownedBy(owner: KubeObject): KubeObject['metadata']['ownerReferences'] {
  return [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name ?? '',
      uid: owner.metadata.uid ?? '',
      controller: true,
      blockOwnerDeletion: true,
    },
  ]
}

/** Creates an object unless one of that name is there. */
export function ensure(context: Context, object: KubeObject, manager: string): KubeObject {
  return context.cluster.get(refOf(object)) ?? context.cluster.create(object, manager)
}

/** Both times undefined: undefined. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}

export function podRef(namespace: string, name: string): ObjectRef {
  return { group: '', kind: 'Pod', namespace, name }
}
