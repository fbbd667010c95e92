/** Kubernetes objects and references to them, as data. Pure. */

export interface ManagedFieldsEntry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time?: string
  fieldsType: 'FieldsV1'
  fieldsV1: FieldsV1
  subresource?: string
}

/** A field set as the API server writes it: keys `f:name`, `k:{...}`, `v:...`, `i:N` and `.`. */
export interface FieldsV1 {
  [key: string]: FieldsV1
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
  [field: string]: unknown
}

/** Any Kubernetes object. Only identity is typed; the rest is read through `kube/fields.ts`. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** Names one object in one cluster, independent of the served version. `namespace` is '' for cluster-scoped kinds, `group` is '' for core. */
export interface ObjectRef {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** `apps/v1` -> `apps`; `v1` -> ''. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** `apps/v1` -> `v1`; `v1` -> `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

/** The inverse of groupOf and versionOf. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

/** The reference of an object as it stands; a manifest without a namespace yields ''. */
export function refOf(object: KubeObject): ObjectRef {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
  }
}

/** `group/kind/namespace/name`: the key of every map and table that holds objects. Kubernetes names cannot contain '/'. */
export function refKey(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`
}

/** The inverse of refKey. */
export function parseRefKey(key: string): ObjectRef {
  const [group = '', kind = '', namespace = '', name = ''] = key.split('/')
  return { group, kind, namespace, name }
}

/** How people see a reference: `Deployment shop/web`, `Namespace shop`. */
export function refText(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`
}
