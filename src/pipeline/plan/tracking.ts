/** Argo CD's tracking ids: which application an object says it belongs to. Pure. */
import { type ObjectRef, parseRefKey } from '../../kube/object.ts'

/** How an application is called in tracking ids: apps outside the control namespace are `<namespace>_<name>`. */
export function trackingName(application: { name: string; namespace: string }, controlNamespace = 'argocd'): string {
  const { name, namespace } = application
  return namespace === '' || namespace === controlNamespace ? name : `${namespace}_${name}`
}

/** `<app>:<group>/<kind>:<namespace>/<name>`. The namespace slot of a cluster-scoped object holds the destination namespace. */
export function trackingId(application: string, ref: ObjectRef, namespaceSlot: string): string {
  return `${application}:${ref.group}/${ref.kind}:${namespaceSlot}/${ref.name}`
}

export interface Tracking extends ObjectRef {
  readonly application: string
}

/** Undefined for anything that is not exactly three parts of the known form, which Argo CD takes as not tracked. */
export function parseTrackingId(text: string): Tracking | undefined {
  const parts = text.split(':')
  const kindParts = (parts[1] ?? '').split('/')
  const nameParts = (parts[2] ?? '').split('/')
  if (parts.length !== 3 || kindParts.length !== 2 || nameParts.length !== 2) return undefined
  const [group = '', kind = ''] = kindParts
  const [namespace = '', name = ''] = nameParts
  return { application: parts[0] ?? '', group, kind, namespace, name }
}

/**
 * The application that a live object's id names, or '' when it names none: no id, not of the form, or copied from another object.
 * The namespace of cluster-scoped objects (none in the key) is not compared.
 */
export function trackedBy(key: string, id: string): string {
  if (id === '') return ''
  const tracking = parseTrackingId(id)
  const ref = parseRefKey(key)
  if (tracking === undefined || tracking.kind !== ref.kind || tracking.name !== ref.name) return ''
  if (tracking.group !== ref.group) return ''
  return ref.namespace === '' || ref.namespace === tracking.namespace ? tracking.application : ''
}
