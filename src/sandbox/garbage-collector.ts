/** What happens by itself after a delete: dependants follow their owners, namespaces empty themselves. Effects: writes to the store, timers. */
import { type ClusterState, storageResource } from './cluster-state.ts'
import { deleteEntry, FOREGROUND, ORPHAN, orphanDependents } from './deletion.ts'
import type { Change, Entry } from './store.ts'

/** How long an object may name an owner that does not exist: owner and dependant are often created in any order. */
const ORPHAN_GRACE_MS = 2_000

export function startGarbageCollector(state: ClusterState): Disposable {
  const { store, clock } = state
  const timers = new Set<() => void>()
  const emptying = new Set<string>()

  function later(ms: number, work: () => void): void {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      work()
    })
    timers.add(cancel)
  }

  function remove(entry: Entry, propagation: 'Background' | 'Foreground'): void {
    const resource = state.resources.stored(entry.storageKey)[0]
    const current = store.get(entry.storageKey, entry.namespace, entry.name)
    if (resource === undefined || current === undefined || current.uid !== entry.uid) return
    deleteEntry(state, storageResource(state, resource), current, { propagation })
  }

  /** A dependant goes when its last owner goes. */
  function follow(ownerUid: string): void {
    for (const dependent of store.dependents(ownerUid)) {
      if (!dependent.owners.some((uid) => store.byUid(uid) !== undefined)) remove(dependent, 'Background')
    }
  }

  /** Foreground: the dependants first, then the owner is let go. */
  function foreground(owner: Entry): void {
    for (const dependent of store.dependents(owner.uid)) remove(dependent, 'Foreground')
    release(owner.uid)
  }

  function release(ownerUid: string): void {
    const owner = store.byUid(ownerUid)
    if (owner === undefined || store.dependents(ownerUid).length > 0) return
    letGo(owner, FOREGROUND)
  }

  /** Orphan: the dependants forget their owner, then it is let go. */
  function orphan(owner: Entry): void {
    orphanDependents(state, owner)
    const current = store.byUid(owner.uid)
    if (current !== undefined) letGo(current, ORPHAN)
  }

  function letGo(owner: Entry, finalizer: string): void {
    const object = owner.object()
    if (object.metadata.finalizers?.includes(finalizer) !== true) return
    const finalizers = object.metadata.finalizers.filter((one) => one !== finalizer)
    if (finalizers.length === 0) store.remove(owner.storageKey, owner.namespace, owner.name)
    else store.put(owner.storageKey, { ...object, metadata: { ...object.metadata, finalizers } })
  }

  function emptyNamespace(name: string): void {
    emptying.delete(name)
    const namespace = store.get('/namespaces', '', name)
    if (namespace?.object().metadata.deletionTimestamp === undefined) return
    let left = 0
    for (const storageKey of store.storageKeys()) {
      for (const entry of store.list(storageKey, name)) {
        if (entry.object().metadata.deletionTimestamp === undefined) remove(entry, 'Background')
        if (store.get(storageKey, name, entry.name) !== undefined) left++
      }
    }
    const finalizers = namespace.object().metadata.finalizers ?? []
    if (left === 0 && finalizers.length === 0) store.remove('/namespaces', '', name)
  }

  function emptySoon(name: string): void {
    if (emptying.has(name)) return
    emptying.add(name)
    later(20, () => emptyNamespace(name))
  }

  function onChange({ type, entry, previous }: Change): void {
    if (type === 'DELETED') {
      follow(entry.uid)
      for (const owner of entry.owners) release(owner)
      if (entry.namespace !== '' && isTerminating(entry.namespace)) emptySoon(entry.namespace)
      return
    }
    if (entry.owners.length > 0 && type === 'ADDED' && !entry.owners.some((uid) => store.byUid(uid) !== undefined)) {
      later(ORPHAN_GRACE_MS, () => {
        if (!entry.owners.some((uid) => store.byUid(uid) !== undefined)) remove(entry, 'Background')
      })
    }
    const deleting = entry.object().metadata.deletionTimestamp !== undefined
    if (!deleting) return
    if (entry.storageKey === '/namespaces') emptySoon(entry.name)
    if (previous === undefined) return
    const { finalizers } = entry.object().metadata
    if (finalizers?.includes(FOREGROUND) === true) foreground(entry)
    if (finalizers?.includes(ORPHAN) === true) orphan(entry)
  }

  function isTerminating(name: string): boolean {
    return store.get('/namespaces', '', name)?.object().metadata.deletionTimestamp !== undefined
  }

  // After a restart: what was going away goes on.
  for (const entry of store.list('/namespaces')) if (isTerminating(entry.name)) emptySoon(entry.name)
  const unsubscribe = store.subscribe(onChange)
  return {
    [Symbol.dispose]() {
      unsubscribe()
      for (const cancel of timers) cancel()
    },
  }
}
