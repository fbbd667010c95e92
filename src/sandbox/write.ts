/**
 * Creates and replaces objects: the one way into the store, shared by every verb and by the simulated controllers. No I/O.
 *
 * The order is the real server's, because it shows in what people see: defaults of the version, then ownership of fields, then what the
 * kind's strategy fills in (which nobody owns), then validation, then policies, then whether the name is taken.
 */
import type { KubeObject, ManagedFieldsEntry } from '../kube/object.ts'
import { admitGrowth } from './admission/claims.ts'
import { admit } from './admission/policies.ts'
import { carryOver, checkVersion } from './carry-over.ts'
import { type ClusterState, objectAs, storageResource, timestamp } from './cluster-state.ts'
import { convertTo } from './convert.ts'
import { defaultCustom } from './crd/default.ts'
import { validateCustom, validateCustomStatus, validateScale } from './crd/validate.ts'
import { rulesOf } from './kinds.ts'
import { groupVersion, hasStatus, type Resource } from './resources.ts'
import { emptyToNull, zeroValue } from './schema/zero.ts'
import { sameEntries } from './server-side-apply/managers.ts'
import { trackUpdate } from './server-side-apply/update.ts'
import type { VersionOf } from './server-side-apply/versions.ts'
import { alreadyExists, badRequest, type FieldError, forbidden, invalid, notFound } from './status-error.ts'
import type { Entry } from './store.ts'
import { validateMetadata, validateMetadataUpdate } from './validation/metadata.ts'
import { clone, deepEqual, isData } from './values.ts'

export interface WriteOptions {
  manager: string
  dryRun?: boolean
  /** '' for the object itself, or `status`. */
  subresource?: string
  /** The object is the stored one with another part: it has its defaults, and is shared but for that part. */
  defaulted?: boolean
  /** The subresource takes one part only, which may change where the object itself may not. */
  part?: boolean
  /** The subresource that policies are told, where it writes the object itself: `scale`. */
  through?: string
  /** What a policy says that only warns. */
  warn?: (message: string) => void
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
  const now = timestamp(state.clock)
  const subresource = options.subresource ?? ''
  const rules = rulesOf(resource)
  const defaulted = withDefaults(resource, object)
  const managed =
    options.managedFields ??
    trackUpdate({
      live: emptyObject(resource),
      object: defaulted,
      entries: isReset(metadata.managedFields) ? undefined : metadata.managedFields,
      type: resource.type,
      manager: options.manager,
      time: now,
      subresource,
      reset: resetFields(resource, subresource),
    })
  if (resource.namespaced) requireNamespace(state, resource, metadata.namespace ?? '', name)

  metadata.uid = state.newUid()
  metadata.creationTimestamp = now
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata['selfLink']
  if (countsGenerations(resource)) metadata.generation = 1
  else if (metadata.generation === 0) delete metadata.generation
  if (hasStatus(resource)) resetStatus(resource, defaulted)
  if (subresource !== 'status') rules.prepareCreate?.(defaulted, now)
  setManagedFields(defaulted, managed)
  const whole = resource.custom === undefined ? emptyToNull(defaulted, resource.type) : defaulted
  const ofKind = validate(resource, whole, undefined)
  if (rules.metadataLast === true) refuseInvalid(resource, name, ofKind)
  refuseInvalid(resource, name, [...validateMetadata(whole), ...ofKind])
  admit(state, {
    resource,
    operation: 'CREATE',
    object: whole,
    old: undefined,
    subresource: '',
    dryRun: options.dryRun === true,
    warn: options.warn,
  })
  const existing = state.store.get(resource.storageKey, metadata.namespace ?? '', name)
  if (existing !== undefined) {
    throw alreadyExists(resource, name, existing.object().metadata.deletionTimestamp !== undefined)
  }
  return keep(state, resource, whole, options.dryRun === true)
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
  const subresource = options.subresource ?? ''
  const rules = rulesOf(resource)
  const candidate = options.defaulted === true ? sent : withDefaults(resource, sent)
  const managed =
    options.managedFields ??
    trackUpdate({
      live: old,
      object: candidate,
      entries: entriesToStartFrom(old, candidate, subresource),
      type: resource.type,
      manager: options.manager,
      time: timestamp(state.clock),
      subresource,
      reset: resetFields(resource, subresource),
      versionOf: versionsOf(state, resource),
    })
  checkVersion(resource, old, candidate, rules.conditionalUpdate === true || resource.custom !== undefined)
  const carried = carryOver(resource, old, candidate, subresource)
  const ready = resource.custom === undefined ? emptyToNull(carried, resource.type) : carried
  setManagedFields(ready, managed)
  if (subresource === 'status') rules.prepareStatus?.(ready, old)
  else {
    rules.prepareUpdate?.(ready, old)
    if (rules.counts?.(ready, old) ?? (resource.custom !== undefined && contentChanged(ready, old))) {
      ready.metadata.generation = (old.metadata.generation ?? 0) + 1
    }
  }
  refuseInvalid(resource, old.metadata.name ?? '', [
    ...validateMetadataUpdate(ready, old),
    ...(subresource === 'status'
      ? validateStatus(resource, ready, old)
      : validate(resource, ready, options.part === true ? undefined : old)),
  ])
  admitGrowth(state, resource, ready, old)
  admit(state, {
    resource,
    operation: 'UPDATE',
    object: ready,
    old,
    subresource: options.through ?? subresource,
    dryRun: options.dryRun === true,
    warn: options.warn,
  })
  if (isSame(old, ready)) return { object: old, json: JSON.stringify(old), changed: false }
  if (
    ready.metadata.deletionTimestamp !== undefined &&
    (ready.metadata.finalizers ?? []).length === 0 &&
    resource.storageKey !== '/namespaces'
  ) {
    if (options.dryRun !== true) state.store.remove(entry.storageKey, entry.namespace, entry.name)
    return { object: ready, json: JSON.stringify(ready), changed: true }
  }
  return keep(state, resource, ready, options.dryRun === true)
}

/** Defaults of the version, in place where the object is a built-in one. */
function withDefaults(resource: Resource, object: KubeObject): KubeObject {
  if (resource.custom !== undefined) return defaultCustom(object, resource.custom.schema) as KubeObject
  rulesOf(resource).defaults?.(object)
  return object
}

/** A writer may send entries; through a subresource only the live ones count. */
function entriesToStartFrom(
  old: KubeObject,
  sent: KubeObject,
  subresource: string,
): readonly ManagedFieldsEntry[] | undefined {
  const given = sent.metadata.managedFields
  if (subresource !== '') return old.metadata.managedFields
  if (isReset(given)) return undefined
  return given === undefined || given.length === 0 ? old.metadata.managedFields : given
}

function validate(resource: Resource, object: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (resource.custom !== undefined) {
    const { schema, scale } = resource.custom
    return [...validateCustom(object, schema, old), ...validateScale(object, scale)]
  }
  return rulesOf(resource).validate?.(object, old) ?? []
}

function validateStatus(resource: Resource, object: KubeObject, old: KubeObject): FieldError[] {
  if (resource.custom !== undefined) return validateCustomStatus(object, resource.custom.schema, old)
  return rulesOf(resource).validateStatus?.(object, old) ?? []
}

/** Throws a 422 StatusError when there is anything to complain about. */
function refuseInvalid(resource: Resource, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(resource, name, errors)
}

/** Nothing changed but the times of ownership: then they stay what they were, and nothing is written. */
function isSame(old: KubeObject, ready: KubeObject): boolean {
  const before = old.metadata.managedFields ?? []
  const after = ready.metadata.managedFields ?? []
  if (!sameEntries(before, after)) return false
  const { managedFields: _, ...metadata } = ready.metadata
  const restored = before.length === 0 ? metadata : { ...metadata, managedFields: old.metadata.managedFields }
  return deepEqual(old, { ...ready, metadata: restored })
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

/** Fields that an endpoint does not write: `spec`, `metadata.labels`. */
export function resetFields(resource: Resource, subresource: string): readonly string[] {
  if (subresource === 'status') return ['spec', ...(rulesOf(resource).statusReset ?? [])]
  return hasStatus(resource) && resource.storageKey !== '/nodes' ? ['status'] : []
}

/** Ownership in the other versions a kind is served in. */
export function versionsOf(state: ClusterState, resource: Resource): VersionOf {
  return (apiVersion) => {
    const version = state.resources.stored(resource.storageKey).find((one) => groupVersion(one) === apiVersion)
    return version === undefined ? undefined : { type: version.type, convert: (object) => convertTo(version, object) }
  }
}

function resetStatus(resource: Resource, object: KubeObject): void {
  const status = resource.type.fields.get('status')
  if (status?.byValue === true && status.type.kind === 'struct') object['status'] = clone(zeroValue(status.type))
  else delete object['status']
}

/** What an object of the kind looks like before anything is said about it. */
export function emptyObject(resource: Resource): KubeObject {
  const identity = { apiVersion: groupVersion(resource), kind: resource.kind, metadata: {} }
  return resource.custom === undefined ? { ...zeroValue(resource.type), ...identity } : identity
}

/** An empty list, or a list of one empty entry: the caller wants to start anew. */
function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined) return false
  return (
    entries.length === 0 || (entries.length === 1 && isData(entries[0]) && Object.values(entries[0]).every(isBlank))
  )
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === '' || value === null
}

function setManagedFields(object: KubeObject, entries: ManagedFieldsEntry[]): void {
  if (entries.length === 0) delete object.metadata.managedFields
  else object.metadata.managedFields = entries
}

function countsGenerations(resource: Resource): boolean {
  return resource.custom !== undefined || rulesOf(resource).counts !== undefined
}

/** Custom kinds count everything but metadata; where status is a subresource it is the old one by now. */
function contentChanged(next: KubeObject, old: KubeObject): boolean {
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (key !== 'metadata' && key !== 'apiVersion' && !deepEqual(old[key], next[key])) return true
  }
  return false
}

/** The version and kind of a resource, as messages about typed patches name them. */
export function gvkText(resource: Resource): string {
  return `${resource.group === '' ? '/' : `${resource.group}/`}${resource.version}, Kind=${resource.kind}`
}
