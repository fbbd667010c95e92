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
  const finalizers = new Set(old.metadata.finalizers)
  if (options.propagation === 'Foreground' && state.store.dependents(entry.uid).length > 0) finalizers.add(FOREGROUND)
  if (options.propagation === 'Orphan') orphanDependents(state, entry, options.dryRun === true)
  const isNamespace = entry.storageKey === '/namespaces'
  if (finalizers.size === 0 && !isNamespace) {
    if (options.dryRun === true) return { object: old, gone: true }
    const removed = state.store.remove(entry.storageKey, entry.namespace, entry.name)
    return { object: removed?.object() ?? old, gone: true }
  }
  if (old.metadata.deletionTimestamp !== undefined && finalizers.size === (old.metadata.finalizers ?? []).length) {
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
      { ...resource, group: '', plural: resource.kind },
      entry.name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${entry.uid}). The object might have been deleted and then recreated`,
    )
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(
      { ...resource, group: '', plural: resource.kind },
      entry.name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
    )
  }
}

function orphanDependents(state: ClusterState, owner: Entry, dryRun: boolean): void {
  if (dryRun) return
  for (const dependent of state.store.dependents(owner.uid)) {
    const object = dependent.object()
    const metadata = { ...object.metadata }
    const owners = (metadata.ownerReferences ?? []).filter((one) => one.uid !== owner.uid)
    if (owners.length === 0) delete metadata.ownerReferences
    else metadata.ownerReferences = owners
    state.store.put(dependent.storageKey, { ...object, metadata })
  }
}
