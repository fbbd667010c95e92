/** Claims that pods use and volumes that are bound wait with going away. Effects: writes to the store. */
import type { ClusterState } from './cluster-state.ts'
import type { Change, Entry } from './store.ts'
import { dataAt, isData, listAt } from './values.ts'

const CLAIMS = '/persistentvolumeclaims'
const VOLUMES = '/persistentvolumes'
const PODS = '/pods'

const FINALIZERS: Record<string, string> = {
  [CLAIMS]: 'kubernetes.io/pvc-protection',
  [VOLUMES]: 'kubernetes.io/pv-protection',
}

/** Lets go of what is no longer used, as Kubernetes' storage protection controllers do. */
export function startStorageProtection(state: ClusterState): Disposable {
  const { store } = state

  function isUsed(entry: Entry): boolean {
    if (entry.storageKey === VOLUMES) return dataAt(entry.object(), 'status')['phase'] === 'Bound'
    return store.list(PODS, entry.namespace).some((pod) => uses(pod, entry.name))
  }

  function release(entry: Entry): void {
    const finalizer = FINALIZERS[entry.storageKey]
    const current = store.get(entry.storageKey, entry.namespace, entry.name)
    const object = current?.object()
    if (finalizer === undefined || current === undefined || object?.metadata.deletionTimestamp === undefined) return
    if (object.metadata.finalizers?.includes(finalizer) !== true || isUsed(current)) return
    const finalizers = object.metadata.finalizers.filter((one) => one !== finalizer)
    if (finalizers.length === 0) store.remove(current.storageKey, current.namespace, current.name)
    else store.put(current.storageKey, { ...object, metadata: { ...object.metadata, finalizers } })
  }

  function onChange({ type, entry }: Change): void {
    if (type !== 'DELETED' && FINALIZERS[entry.storageKey] !== undefined) release(entry)
    // A pod that ends may have been the last to use a claim.
    if (entry.storageKey === PODS && (type === 'DELETED' || hasEnded(entry))) {
      for (const claim of claimsOf(entry)) {
        const found = store.get(CLAIMS, entry.namespace, claim)
        if (found !== undefined) release(found)
      }
    }
  }

  for (const key of Object.keys(FINALIZERS)) for (const entry of store.list(key)) release(entry)
  const unsubscribe = store.subscribe(onChange)
  return { [Symbol.dispose]: unsubscribe }
}

function uses(pod: Entry, claim: string): boolean {
  return !hasEnded(pod) && claimsOf(pod).includes(claim)
}

function hasEnded(pod: Entry): boolean {
  const phase = dataAt(pod.object(), 'status')['phase']
  return phase === 'Succeeded' || phase === 'Failed'
}

function claimsOf(pod: Entry): string[] {
  return listAt(pod.object(), 'spec', 'volumes')
    .filter(isData)
    .flatMap((volume) => {
      const name = dataAt(volume, 'persistentVolumeClaim')['claimName']
      return typeof name === 'string' ? [name] : []
    })
}
