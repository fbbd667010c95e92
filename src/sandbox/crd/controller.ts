/** Follows CRDs: serves what they define once established, and takes their instances with them. Effects: writes to the store, timers. */
import type { KubeObject } from '../../kube/object.ts'
import { type ClusterState, timestamp } from '../cluster-state.ts'
import { CRD_CLEANUP, deleteEntry } from '../deletion.ts'
import type { Entry } from '../store.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { replaceObject } from '../write.ts'
import { instancesKey, resourcesOf } from './resource-of.ts'

export const CRD_KEY = 'apiextensions.k8s.io/customresourcedefinitions'

const MANAGER = 'kube-apiserver'

/** `delayMs`: from a CRD's creation until it is served, as the real server needs a moment. */
export function startCrdController(state: ClusterState, delayMs: number): Disposable {
  const { store, resources, clock } = state
  const timers = new Set<() => void>()
  /** The spec that is being served, by CRD name. */
  const served = new Map<string, unknown>()
  const instancesOf = new Map<string, string>()

  function later(work: () => void): void {
    const cancel = clock.after(delayMs, () => {
      timers.delete(cancel)
      work()
    })
    timers.add(cancel)
  }

  function serve(crd: KubeObject): void {
    const name = crd.metadata.name ?? ''
    if (deepEqual(served.get(name), crd['spec'])) return
    served.set(name, crd['spec'])
    instancesOf.set(instancesKey(crd), name)
    resources.setCustom(instancesKey(crd), resourcesOf(crd))
  }

  function establish(name: string): void {
    const entry = store.get(CRD_KEY, '', name)
    const resource = resources.stored(CRD_KEY)[0]
    if (entry === undefined || resource === undefined) return
    const crd = entry.object()
    if (crd.metadata.deletionTimestamp !== undefined) return
    serve(crd)
    const now = timestamp(clock)
    const status = establishedStatus(crd, now)
    if (deepEqual(crd['status'], status)) return
    const { object } = replaceObject(
      state,
      resource,
      entry,
      { ...crd, status },
      { manager: MANAGER, subresource: 'status', defaulted: true },
    )
    if (object.metadata.finalizers?.includes(CRD_CLEANUP) === true) return
    const finalizers = [...(object.metadata.finalizers ?? []), CRD_CLEANUP]
    store.put(CRD_KEY, { ...object, metadata: { ...object.metadata, finalizers } })
  }

  /** Instances first, then the finalizer, then the CRD itself. */
  function takeDown(entry: Entry): void {
    const crd = entry.object()
    const key = instancesKey(crd)
    const resource = resources.stored(key)[0]
    if (resource !== undefined) {
      for (const instance of store.list(key)) {
        if (instance.object().metadata.deletionTimestamp === undefined) deleteEntry(state, resource, instance, {})
      }
    }
    if (store.list(key).length > 0) return
    const current = store.get(CRD_KEY, '', entry.name)?.object()
    if (current === undefined) return
    const finalizers = (current.metadata.finalizers ?? []).filter((one) => one !== CRD_CLEANUP)
    if (finalizers.length === 0) store.remove(CRD_KEY, '', entry.name)
    else if (finalizers.length !== current.metadata.finalizers?.length) {
      store.put(CRD_KEY, { ...current, metadata: { ...current.metadata, finalizers } })
    }
  }

  function onCrd(entry: Entry, deleted: boolean): void {
    const crd = entry.object()
    if (deleted) {
      served.delete(entry.name)
      instancesOf.delete(instancesKey(crd))
      resources.removeCustom(instancesKey(crd))
      return
    }
    if (crd.metadata.deletionTimestamp !== undefined) {
      takeDown(entry)
      return
    }
    if (isEstablished(crd)) establish(entry.name)
    else later(() => establish(entry.name))
  }

  for (const entry of store.list(CRD_KEY)) onCrd(entry, false)
  const unsubscribe = store.subscribe(({ type, entry }) => {
    if (entry.storageKey === CRD_KEY) {
      onCrd(entry, type === 'DELETED')
      return
    }
    if (type !== 'DELETED') return
    const owner = instancesOf.get(entry.storageKey)
    const crd = owner === undefined ? undefined : store.get(CRD_KEY, '', owner)
    if (crd !== undefined && crd.object().metadata.deletionTimestamp !== undefined) takeDown(crd)
  })
  return {
    [Symbol.dispose]() {
      unsubscribe()
      for (const cancel of timers) cancel()
    },
  }
}

function isEstablished(crd: KubeObject): boolean {
  return listAt(crd, 'status', 'conditions')
    .filter(isData)
    .some((condition) => condition['type'] === 'Established' && condition['status'] === 'True')
}

function establishedStatus(crd: KubeObject, now: string): Data {
  const spec = dataAt(crd, 'spec')
  const storage = listAt(spec, 'versions')
    .filter(isData)
    .find((version) => version['storage'] === true)
  const before = listAt(crd, 'status', 'storedVersions').map(String)
  const stored = new Set([...before, String(storage?.['name'] ?? '')])
  const old = listAt(crd, 'status', 'conditions')
  return {
    acceptedNames: dataAt(spec, 'names'),
    conditions:
      old.length > 0
        ? old
        : [
            condition('NamesAccepted', 'NoConflicts', 'no conflicts found', now),
            condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', now),
          ],
    storedVersions: [...stored],
  }
}

function condition(type: string, reason: string, message: string, now: string): Data {
  return { type, status: 'True', lastTransitionTime: now, reason, message }
}
