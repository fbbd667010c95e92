/** From the data of a request to an object of a resource: identity checked, unknown fields dropped or refused. Pure. */
import { groupOf, type KubeObject, versionOf } from '../kube/object.ts'
import { pruneCustom } from './crd/prune.ts'
import { groupVersion, type Resource } from './resources.ts'
import { builtinResources, builtinType } from './schema/builtin.ts'
import { decodeBuiltin } from './schema/decode.ts'
import { badRequest, DecodingError } from './status-error.ts'
import { type Data, dataAt, isData } from './values.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

const OBJECT_META = builtinType('meta.v1.ObjectMeta')

export interface ReadOptions {
  fieldValidation: FieldValidation
  warn(message: string): void
}

/** Kind and version must be those of the endpoint. A missing one is filled in. Throws a 400 StatusError. */
export function checkKind(resource: Resource, data: Data): void {
  const expected = groupVersion(resource)
  const apiVersion = String(data['apiVersion'] || expected)
  const kind = String(data['kind'] || resource.kind)
  if (apiVersion === expected && kind === resource.kind) return
  if (resource.custom !== undefined) {
    if (apiVersion !== expected) {
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
      )
    }
    throw badRequest(
      `${kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: the kind does not match`,
    )
  }
  const group = groupOf(apiVersion)
  const version = versionOf(apiVersion)
  const isKnown = builtinResources().some((one) => one.group === group && one.version === version && one.kind === kind)
  const detail = isKnown
    ? `converting (${version}.${kind}) to (${goPackage(resource.group)}.${resource.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${resource.kind}: ${detail}`)
}

/** Go's name for the internal types of a group: `core`, `apps`, `rbac`. */
function goPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group)
}

/** A new object with nothing the type does not have. */
export function readObject(resource: Resource, data: Data, options: ReadOptions): KubeObject {
  checkKind(resource, data)
  const { value, unknown } =
    resource.custom === undefined
      ? decodeBuiltin(data, resource.type, resource.kind, resource.version)
      : pruneCustom(data, resource)
  complain(resource, unknown, options)
  if (resource.custom !== undefined && isData(value['metadata'])) {
    // Metadata is the same for every kind, and read the same way.
    const { value: read } = decodeBuiltin(value['metadata'], OBJECT_META, resource.kind, resource.version)
    // Here an empty list of managers means nothing.
    if (Array.isArray(read['managedFields']) && read['managedFields'].length === 0) delete read['managedFields']
    value['metadata'] = read
  }
  const { metadata, apiVersion: _apiVersion, kind: _kind, ...rest } = value
  return {
    apiVersion: groupVersion(resource),
    kind: resource.kind,
    metadata: { ...(isData(metadata) ? metadata : {}) },
    ...rest,
  }
}

function complain(resource: Resource, unknown: readonly string[], options: ReadOptions): void {
  if (unknown.length === 0 || options.fieldValidation === 'Ignore') return
  const texts = unknown.map((path) => `unknown field "${path}"`)
  if (options.fieldValidation === 'Strict') {
    const { kind, version } = resource
    throw new DecodingError(kind, version, `strict decoding error: ${texts.join(', ')}`)
  }
  for (const text of texts) options.warn(text)
}

/** The namespace of the path is the object's. Throws a 400 StatusError when the object names another. */
export function placeObject(resource: Resource, object: KubeObject, namespace: string): void {
  const given = dataAt(object, 'metadata')['namespace']
  if (!resource.namespaced) {
    delete object.metadata.namespace
    return
  }
  if (typeof given === 'string' && given !== '' && given !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`)
  }
  object.metadata.namespace = namespace
}
