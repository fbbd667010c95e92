/** Claims grow only where their storage class says so. Reads the store. */
import type { KubeObject } from '../../kube/object.ts'
import type { ClusterState } from '../cluster-state.ts'
import type { Resource } from '../resources.ts'
import { forbidden } from '../status-error.ts'
import { amount } from '../validation/pod-resources.ts'
import { dataAt } from '../values.ts'

const CLASSES = 'storage.k8s.io/storageclasses'

/** Throws 403. */
export function admitGrowth(state: ClusterState, resource: Resource, object: KubeObject, old: KubeObject): void {
  if (resource.storageKey !== '/persistentvolumeclaims' || sizeOf(object) <= sizeOf(old)) return
  const name = dataAt(object, 'spec')['storageClassName']
  const storageClass = typeof name === 'string' ? state.store.get(CLASSES, '', name)?.object() : undefined
  if (storageClass?.['allowVolumeExpansion'] === true) return
  throw forbidden(
    resource,
    object.metadata.name ?? '',
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  )
}

function sizeOf(claim: KubeObject): number {
  return amount(dataAt(claim, 'spec', 'resources', 'requests')['storage'] ?? 0)
}
