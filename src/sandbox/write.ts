/** Creates and replaces objects: the one way into the store, shared by every verb and by the simulated controllers. No I/O. */
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from '../kube/object.ts'
import { type ClusterState, objectAs, storageResource, timestamp } from './cluster-state.ts'
import { convertTo } from './convert.ts'
import { defaultCustom } from './crd/default.ts'
import { validateCustom } from './crd/validate.ts'
import { rulesOf } from './kinds.ts'
import { groupVersion, hasStatus, type Resource } from './resources.ts'
import { zeroValue } from './schema/zero.ts'
import { trackUpdate } from './server-side-apply/update.ts'
import {
  alreadyExists,
  badRequest,
  conflict,
  type FieldError,
  forbidden,
  invalid,
  notFound,
  outdated,
} from './status-error.ts'
import type { Entry } from './store.ts'
import { validateMetadata } from './validation/names.ts'
import { type Data, deepEqual, isData } from './values.ts'

export interface WriteOptions {
  manager: string
  dryRun?: boolean
  /** '' for the object itself, or `status`. */
  subresource?: string
  /** The subresource takes one part only, which may change where the object itself may not. */
  part?: boolean
  /** Made by an apply; without them the write is tracked as an Update. */
  managedFields?: ManagedFieldsEntry[]
}

export interface Written {
  object: KubeObject
  /** What the caller reads, in the version it talks. */
  json: string
  changed: boolean
}

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' }

/** `object` is given away: it was read for this write and nobody else holds it. */
export function createObject(
  state: ClusterState,
  resource: Resource,
  object: KubeObject,
  options: WriteOptions,
): Written {
  const { metadata } = object
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  if (metadata.name === undefined && metadata.generateName !== undefined) {
    metadata.name = `${metadata.generateName.slice(0, 58)}${state.newUid().replaceAll('-', '').slice(0, 5)}`
  }
  const name = metadata.name ?? ''
  if (resource.namespaced) requireNamespace(state, resource, metadata.namespace ?? '', name)
  if (state.store.get(resource.storageKey, metadata.namespace ?? '', name) !== undefined)
    throw alreadyExists(resource, name)

  metadata.uid = state.newUid()
  metadata.creationTimestamp = timestamp(state.clock)
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata['selfLink']
  delete metadata.generation
  if (countsGenerations(resource)) metadata.generation = 1
  if (hasStatus(resource) && options.subresource !== 'status') resetStatus(resource, object)

  const ready = finish(resource, object, undefined)
  const managed =
    options.managedFields ??
    trackUpdate({
      live: emptyObject(resource, ready),
      object: ready,
      entries: undefined,
      type: resource.type,
      manager: options.manager,
      time: timestamp(state.clock),
      reset: resetFields(resource, ''),
    })
  setManagedFields(ready, managed)
  return keep(state, resource, ready, options.dryRun === true)
}

/** Puts `sent` in place of what is stored. `sent` is given away. */
export function replaceObject(
  state: ClusterState,
  resource: Resource,
  entry: Entry,
  sent: KubeObject,
  options: WriteOptions,
): Written {
  const old = objectAs(resource, entry)
  const candidate = carryOver(resource, old, sent, options.subresource ?? '')
  const ready =
    options.subresource === 'status'
      ? finishStatus(resource, candidate)
      : finish(resource, candidate, old, options.part)
  if (countsGenerations(resource) && options.subresource !== 'status' && specChanged(resource, old, ready)) {
    ready.metadata.generation = (old.metadata.generation ?? 0) + 1
  }
  const entries = sent.metadata.managedFields?.length ? sent.metadata.managedFields : old.metadata.managedFields
  const managed =
    options.managedFields ??
    trackUpdate({
      live: old,
      object: ready,
      entries: isReset(sent) ? [] : entries,
      type: resource.type,
      manager: options.manager,
      time: timestamp(state.clock),
      subresource: options.subresource ?? '',
      reset: resetFields(resource, options.subresource ?? ''),
    })
  setManagedFields(ready, managed)
  if (deepEqual(old, ready)) return { object: old, json: JSON.stringify(old), changed: false }
  if (
    ready.metadata.deletionTimestamp !== undefined &&
    (ready.metadata.finalizers ?? []).length === 0 &&
    !isNamespace(resource)
  ) {
    if (options.dryRun !== true) state.store.remove(entry.storageKey, entry.namespace, entry.name)
    return { object: ready, json: JSON.stringify(ready), changed: true }
  }
  return keep(state, resource, ready, options.dryRun === true)
}

/** What a caller may not change is taken from what is stored. */
function carryOver(resource: Resource, old: KubeObject, sent: KubeObject, subresource: string): KubeObject {
  const name = old.metadata.name ?? ''
  const version = sent.metadata.resourceVersion
  if (version !== undefined && version !== '' && version !== '0' && version !== old.metadata.resourceVersion)
    throw outdated(resource, name)
  const uid = sent.metadata.uid
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    )
  }
  if (subresource === 'status') return { ...old, metadata: { ...old.metadata }, status: sent['status'] ?? {} }
  const metadata: ObjectMeta = { ...sent.metadata }
  for (const field of FIXED) {
    const value = old.metadata[field]
    if (value === undefined) delete metadata[field]
    else (metadata as Data)[field] = value
  }
  const result: KubeObject = { ...sent, metadata }
  if (hasStatus(resource)) {
    if (old['status'] === undefined) delete result['status']
    else result['status'] = old['status']
  }
  checkFinalizers(resource, old, result)
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

function checkFinalizers(resource: Resource, old: KubeObject, next: KubeObject): void {
  if (old.metadata.deletionTimestamp === undefined) return
  const before = new Set(old.metadata.finalizers)
  const added = (next.metadata.finalizers ?? []).filter((one) => !before.has(one))
  if (added.length === 0) return
  const list = added.map((one) => JSON.stringify(one)).join(', ')
  throw invalid(resource, old.metadata.name ?? '', [
    {
      type: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      detail: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    },
  ])
}

/** Defaults and validation. Throws a 422 StatusError. */
function finish(resource: Resource, object: KubeObject, old: KubeObject | undefined, part = false): KubeObject {
  const errors: FieldError[] = validateMetadata(object)
  let result = object
  if (resource.custom === undefined) {
    const rules = rulesOf(resource.group, resource.kind)
    rules.defaults?.(result, old)
    errors.push(...(rules.validate?.(result, part ? undefined : old) ?? []))
  } else {
    result = defaultCustom(object, resource.custom.schema) as KubeObject
    errors.push(...validateCustom(result, resource.custom.schema))
  }
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors)
  return result
}

/** A status comes from controllers: only custom kinds have a schema to check it against. */
function finishStatus(resource: Resource, object: KubeObject): KubeObject {
  if (resource.custom === undefined) return object
  const result = defaultCustom(object, resource.custom.schema) as KubeObject
  const errors = validateCustom(result, resource.custom.schema)
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors)
  return result
}

function keep(state: ClusterState, resource: Resource, object: KubeObject, dryRun: boolean): Written {
  if (dryRun) return { object, json: JSON.stringify(object), changed: true }
  const stored = convertTo(storageResource(state, resource), object)
  const entry = state.store.put(resource.storageKey, inOrder(stored))
  if (stored === object) return { object: entry.object(), json: entry.json, changed: true }
  const answer = objectAs(resource, entry)
  return { object: answer, json: JSON.stringify(answer), changed: true }
}

/** Identity first: the JSON of an object then starts with its apiVersion, which answers in other versions rely on. */
function inOrder(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object
  return { apiVersion, kind, metadata, ...rest }
}

/** Throws 404 when the namespace is missing and 403 when it is going away. */
export function requireNamespace(state: ClusterState, resource: Resource, namespace: string, name: string): void {
  const entry = state.store.get('/namespaces', '', namespace)
  if (entry === undefined) throw notFound(NAMESPACES, namespace)
  if (entry.object().metadata.deletionTimestamp === undefined) return
  const detail = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw forbidden(resource, name, detail, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ])
}

/** Top-level fields that an endpoint does not write. */
export function resetFields(resource: Resource, subresource: string): readonly string[] {
  if (subresource === 'status') return ['spec']
  return hasStatus(resource) ? ['status'] : []
}

function resetStatus(resource: Resource, object: KubeObject): void {
  if (resource.type.fields.get('status')?.byValue === true) object['status'] = {}
  else delete object['status']
}

function emptyObject(resource: Resource, object: KubeObject): KubeObject {
  const identity = { apiVersion: object.apiVersion, kind: object.kind, metadata: {} }
  return resource.custom === undefined ? { ...zeroValue(resource.type), ...identity } : identity
}

/** The `.metadata.managedFields` of `[{}]`: the caller wants to start anew. */
function isReset(sent: KubeObject): boolean {
  const entries = sent.metadata.managedFields
  return entries?.length === 1 && isData(entries[0]) && Object.keys(entries[0]).length === 0
}

function setManagedFields(object: KubeObject, entries: ManagedFieldsEntry[]): void {
  if (entries.length === 0) delete object.metadata.managedFields
  else object.metadata.managedFields = entries
}

function countsGenerations(resource: Resource): boolean {
  return resource.custom !== undefined || rulesOf(resource.group, resource.kind).generation === true
}

/** Custom kinds count everything but metadata (and status, where it is a subresource). */
function specChanged(resource: Resource, old: KubeObject, next: KubeObject): boolean {
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (key === 'metadata' || key === 'apiVersion' || (key === 'status' && hasStatus(resource))) continue
    if (!deepEqual(old[key], next[key])) return true
  }
  return false
}

function isNamespace(resource: Resource): boolean {
  return resource.group === '' && resource.plural === 'namespaces'
}

/** The version and kind of a resource, as messages about typed patches name them. */
export function gvkText(resource: Resource): string {
  return `${groupVersion(resource)}, Kind=${resource.kind}`
}
