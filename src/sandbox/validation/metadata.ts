/** Metadata of any object: its name by the rules of its kind, labels, annotations, owners, finalizers. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '../status-error.ts'
import type { Data } from '../values.ts'
import { dnsLabel, dnsSubdomain, pathSegment, qualifiedNameErrors, serviceName, validateLabels } from './names.ts'

/** Kinds whose names may be anything that fits into a path. */
const PATH_SEGMENT = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])

const MOST_ANNOTATIONS = 256 * 1024

export function validateMetadata(object: KubeObject): FieldError[] {
  return [...nameErrors(object.kind, object.metadata.name ?? ''), ...commonErrors(object)]
}

/** What an update may not bring; the name is not the caller's to change. */
export function validateMetadataUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors = commonErrors(object)
  if (old.metadata.deletionTimestamp !== undefined) errors.push(...newFinalizers(object, old))
  return errors
}

function commonErrors({ metadata }: KubeObject): FieldError[] {
  const errors = validateLabels(metadata.labels, 'metadata.labels')
  errors.push(...annotationErrors(metadata.annotations))
  for (const owner of metadata.ownerReferences ?? []) errors.push(...ownerErrors(owner as unknown as Data))
  const controllers = (metadata.ownerReferences ?? []).filter((owner) => owner.controller === true)
  if (controllers.length > 1) {
    const [first, second] = controllers.map((owner) => `${owner.kind}/${owner.name}`)
    errors.push({
      type: 'FieldValueInvalid',
      field: 'metadata.ownerReferences',
      detail: `Invalid value: ${JSON.stringify(metadata.ownerReferences)}: Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
    })
  }
  for (const finalizer of metadata.finalizers ?? []) {
    for (const text of qualifiedNameErrors(finalizer)) errors.push(invalidValue('metadata.finalizers', finalizer, text))
  }
  return errors
}

export function annotationErrors(annotations: Readonly<Record<string, unknown>> | undefined): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value))
    // Keys are case-insensitive here, and shown as given.
    for (const text of qualifiedNameErrors(key.toLowerCase())) {
      errors.push(invalidValue('metadata.annotations', key, text))
    }
  }
  if (size > MOST_ANNOTATIONS) {
    errors.push({
      type: 'FieldValueTooLong',
      field: 'metadata.annotations',
      detail: `Too long: may not be more than ${MOST_ANNOTATIONS} bytes`,
    })
  }
  return errors
}

function ownerErrors(owner: Data): FieldError[] {
  const errors: FieldError[] = []
  const at = 'metadata.ownerReferences'
  const apiVersion = String(owner['apiVersion'] ?? '')
  if (apiVersion === '') errors.push(invalidValue(`${at}.apiVersion`, apiVersion, 'version must not be empty'))
  for (const field of ['kind', 'name', 'uid']) {
    if (owner[field] === undefined || owner[field] === '')
      errors.push(invalidValue(`${at}.${field}`, '', 'must not be empty'))
  }
  return errors
}

function newFinalizers(object: KubeObject, old: KubeObject): FieldError[] {
  const before = new Set(old.metadata.finalizers)
  const added = [...new Set(object.metadata.finalizers ?? [])].filter((one) => !before.has(one)).sort()
  if (added.length === 0) return []
  const list = added.map((one) => JSON.stringify(one)).join(', ')
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
  return [forbiddenField('metadata.finalizers', detail)]
}

function nameErrors(kind: string, name: string): FieldError[] {
  const field = 'metadata.name'
  if (name === '') return [required(field, 'name or generateName is required')]
  return rulesFor(kind)(name).map((text) => invalidValue(field, name, text))
}

function rulesFor(kind: string): (name: string) => string[] {
  if (PATH_SEGMENT.has(kind)) return pathSegment
  if (kind === 'Namespace') return dnsLabel
  return kind === 'Service' ? serviceName : dnsSubdomain
}
