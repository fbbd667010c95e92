/** Deleting: finalizers hold, grace is marked, dependants follow. No I/O. */
import type { KubeObject } from '../kube/object.ts'
import { type ClusterState, timestamp } from './cluster-state.ts'
import type { Resource } from './resources.ts'
import { conflict } from './status-error.ts'
import type { Entry } from './store.ts'

export interface DeletionOptions {
  propagation?: 'Foreground' | 'Background' | 'Orphan'
  uid?: string
  resourceVersion?: string
  gracePeriodSeconds?: number
  dryRun?: boolean
}

export interface Deleted {
  /** The object as it is now, or as it was. */
  object: KubeObject
  /** False when finalizers (or contents of a namespace) still hold it. */
  gone: boolean
}

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'
/** Holds a CRD until its instances are gone. */
export const CRD_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** Throws 409 when a precondition does not hold. */
export function deleteEntry(state: ClusterState, resource: Resource, entry: Entry, options: DeletionOptions): Deleted {
  const old = entry.object()
  checkPreconditions(resource, entry, old, options)
  const finalizers = withPropagation(new Set(old.metadata.finalizers), options.propagation)
  const isNamespace = entry.storageKey === '/namespaces'
  if (finalizers.size === 0 && !isNamespace) {
    const last = entry.storageKey === '/pods' ? endedPod(old, timestamp(state.clock)) : old
    if (options.dryRun === true) return { object: last, gone: true }
    // A pod is told that it ends before it is gone, even when it is given no time for it.
    if (last !== old) state.store.put(entry.storageKey, last)
    const removed = state.store.remove(entry.storageKey, entry.namespace, entry.name, last)
    return { object: removed?.object() ?? last, gone: true }
  }
  if (old.metadata.deletionTimestamp !== undefined && sameMembers(finalizers, old.metadata.finalizers ?? [])) {
    return { object: old, gone: false }
  }
  const marked: KubeObject = {
    ...old,
    metadata: {
      ...old.metadata,
      deletionTimestamp: old.metadata.deletionTimestamp ?? timestamp(state.clock),
      ...(!isNamespace && { deletionGracePeriodSeconds: 0 }),
      ...(old.metadata.generation !== undefined && { generation: old.metadata.generation + 1 }),
    },
  }
  if (finalizers.size > 0) marked.metadata.finalizers = [...finalizers]
  if (isNamespace) marked['status'] = { ...(old['status'] as object), phase: 'Terminating' }
  if (options.dryRun === true) return { object: marked, gone: false }
  return { object: state.store.put(entry.storageKey, marked).object(), gone: false }
}

function checkPreconditions(resource: Resource, entry: Entry, old: KubeObject, options: DeletionOptions): void {
  if (options.uid !== undefined && options.uid !== entry.uid) {
    throw conflict(
      { ...resource, plural: resource.kind },
      entry.name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${entry.uid}). The object might have been deleted and then recreated`,
    )
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(
      { ...resource, plural: resource.kind },
      entry.name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
    )
  }
}

function sameMembers(set: ReadonlySet<string>, list: readonly string[]): boolean {
  return set.size === list.length && list.every((one) => set.has(one))
}

/** A pod that goes at once goes as one that was given no time. */
function endedPod(pod: KubeObject, now: string): KubeObject {
  const { generation, ...metadata } = pod.metadata
  return {
    ...pod,
    metadata: {
      ...metadata,
      deletionTimestamp: now,
      deletionGracePeriodSeconds: 0,
      ...(generation !== undefined && { generation: generation + 1 }),
    },
  }
}

/** How dependants are dealt with stands in the object until the garbage collector has done it. */
function withPropagation(finalizers: Set<string>, propagation: DeletionOptions['propagation']): Set<string> {
  if (propagation === undefined) return finalizers
  finalizers.delete(FOREGROUND)
  finalizers.delete(ORPHAN)
  if (propagation === 'Foreground') finalizers.add(FOREGROUND)
  if (propagation === 'Orphan') finalizers.add(ORPHAN)
  return finalizers
}

/** Takes the owner out of everything that names it. */
export function orphanDependents(state: ClusterState, owner: Entry): void {
  for (const dependent of state.store.dependents(owner.uid)) {
    const object = dependent.object()
    const metadata = { ...object.metadata }
    const owners = (metadata.ownerReferences ?? []).filter((one) => one.uid !== owner.uid)
    if (owners.length === 0) delete metadata.ownerReferences
    else metadata.ownerReferences = owners
    state.store.put(dependent.storageKey, { ...object, metadata })
  }
}
