/** From the data of a request to an object of a resource: identity checked, unknown fields dropped or refused. Pure. */
import type { KubeObject } from '../kube/object.ts'
import { pruneCustom } from './crd/prune.ts'
import { groupVersion, type Resource } from './resources.ts'
import { decodeBuiltin } from './schema/decode.ts'
import { badRequest, DecodingError } from './status-error.ts'
import { type Data, dataAt, isData } from './values.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface ReadOptions {
  fieldValidation: FieldValidation
  warn(message: string): void
}

/** Kind and version must be those of the endpoint. A missing one is filled in. */
export function checkKind(resource: Resource, data: Data): void {
  const expected = groupVersion(resource)
  const apiVersion = data['apiVersion'] ?? expected
  const kind = data['kind'] ?? resource.kind
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    )
  }
  if (kind !== resource.kind) {
    throw badRequest(
      `${String(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: converting (${String(apiVersion)}, Kind=${String(kind)}) to (${expected}, Kind=${resource.kind}): unknown conversion`,
    )
  }
}

/** A new object with nothing the type does not have. */
export function readObject(resource: Resource, data: Data, options: ReadOptions): KubeObject {
  checkKind(resource, data)
  const { value, unknown } =
    resource.custom === undefined
      ? decodeBuiltin(data, resource.type, resource.kind, resource.version)
      : pruneCustom(data, resource)
  complain(resource, unknown, options)
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
