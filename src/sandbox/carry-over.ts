/** What an update may not change, and of which version it must be. Pure. */
import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import { hasStatus, type Resource } from './resources.ts'
import { conflict, invalid, outdated } from './status-error.ts'
import type { Data } from './values.ts'

/** Refuses an update of another version or incarnation than the stored one. */
export function checkVersion(resource: Resource, old: KubeObject, sent: KubeObject, required: boolean): void {
  const name = old.metadata.name ?? ''
  const version = sent.metadata.resourceVersion ?? ''
  const unset = version === '' || version === '0'
  if (unset && required) {
    // Here the real server names the resource where it names the kind elsewhere.
    throw invalid({ ...resource, kind: resource.plural }, name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        detail: 'Invalid value: 0: must be specified for an update',
      },
    ])
  }
  const uid = sent.metadata.uid
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
    throw conflict(resource, name, detail)
  }
  if (!unset && version !== old.metadata.resourceVersion) throw outdated(resource, name)
}

/** What a caller may not change is taken from what is stored. */
export function carryOver(resource: Resource, old: KubeObject, sent: KubeObject, subresource: string): KubeObject {
  const metadata: ObjectMeta = { ...sent.metadata }
  delete metadata['selfLink']
  for (const field of FIXED) {
    const value = old.metadata[field]
    if (value === undefined) delete metadata[field]
    else (metadata as Data)[field] = value
  }
  if (subresource === 'status') {
    const status = sent['status']
    const kept = resource.custom === undefined ? metadata : { ...old.metadata }
    const result: KubeObject = { ...old, metadata: kept }
    if (status === undefined) delete result['status']
    else result['status'] = status
    return result
  }
  const result: KubeObject = { ...sent, metadata }
  if (hasStatus(resource)) {
    if (old['status'] === undefined) delete result['status']
    else result['status'] = old['status']
  }
  return result
}

const FIXED = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const
