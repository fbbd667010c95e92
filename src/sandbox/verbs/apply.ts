/** PATCH with an apply configuration: creates what is missing, merges what is there, writes nothing when nothing changes. */
import type { KubeObject } from '../../kube/object.ts'
import { parseYamlBody } from '../body.ts'
import { type ClusterState, jsonAs, objectAs, timestamp } from '../cluster-state.ts'
import { rulesOf } from '../kinds.ts'
import { flag } from '../options.ts'
import { checkKind, placeObject, readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, fieldManager, isDryRun } from '../request.ts'
import { groupVersion, type Resource } from '../resources.ts'
import { applyConfiguration } from '../server-side-apply/apply.ts'
import { ApplyConflict } from '../server-side-apply/conflicts.ts'
import { TypedError } from '../server-side-apply/typed-error.ts'
import { badRequest, DecodingError, notFound, StatusError } from '../status-error.ts'
import { type Data, isData } from '../values.ts'
import { createObject, emptyObject, gvkText, replaceObject, resetFields, versionsOf } from '../write.ts'

export function apply(state: ClusterState, request: ApiRequest): Answer {
  const { resource, namespace, name, subresource } = request
  const manager = fieldManager(request)
  const entry = state.store.get(resource.storageKey, namespace, name)
  const mayCreate = subresource === '' || (subresource === 'status' && rulesOf(resource).createOnUpdate === true)
  if (entry === undefined && !mayCreate) throw notFound(resource, name)
  const config = readConfig(request)
  const live = entry === undefined ? identityOf(resource, config) : objectAs(resource, entry)
  const reset = resetFields(resource, subresource)
  const result = run(request, () =>
    applyConfiguration({
      live,
      config,
      type: resource.type,
      manager,
      force: flag(request.query, 'force'),
      time: timestamp(state.clock),
      subresource,
      reset,
      versionOf: versionsOf(state, resource),
      empty: emptyObject(resource),
    }),
  )
  const { resourceVersion, uid } = config.metadata
  if (entry !== undefined && !result.changed && resourceVersion === undefined && uid === undefined)
    return { code: 200, body: jsonAs(resource, entry) }
  const object = readMerged(request, result.object)
  const options = {
    manager,
    dryRun: isDryRun(request),
    managedFields: result.managedFields,
    warn: (message: string) => void request.warnings.push(message),
  }
  if (entry === undefined) {
    delete object.metadata.resourceVersion
    return { code: 201, body: createObject(state, resource, object, { ...options, subresource }).json }
  }
  object.metadata.resourceVersion = resourceVersion ?? entry.object().metadata.resourceVersion ?? ''
  const written = replaceObject(state, resource, entry, object, {
    ...options,
    subresource: subresource === 'status' ? 'status' : '',
  })
  return { code: 200, body: written.json }
}

/** What is wrong with a merged object is the server's failure, as the real one has it. */
function readMerged(request: ApiRequest, merged: KubeObject): KubeObject {
  const { resource } = request
  try {
    return readObject(resource, merged, { fieldValidation: 'Ignore', warn: () => {} })
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error
    const gvk = gvkText(resource)
    throw new StatusError(
      500,
      '',
      `failed to convert new object (${placeText(request)}; ${gvk}) to proper version: unable to convert unstructured object to ${gvk}: ${fromJson(error.detail)}`,
    )
  }
}

/** Quantities read themselves and say nothing about where they stand. */
function fromJson(detail: string): string {
  if (detail.startsWith('quantities must')) return detail
  const number = /^json: cannot unmarshal number \S+ into .* of type (u?int\d+)$/.exec(detail)
  return number === null ? `error decoding from json: ${detail}` : `cannot convert float64 to ${number[1]}`
}

/** The namespace as the configuration says it, which may be not at all. */
function placeText({ body, name }: ApiRequest): string {
  const metadata = parseConfig(body)['metadata']
  const namespace = isData(metadata) ? metadata['namespace'] : undefined
  return `${typeof namespace === 'string' ? namespace : ''}/${name}`
}

function readConfig(request: ApiRequest): KubeObject {
  const { resource, namespace, name } = request
  const data = parseConfig(request.body)
  if (data['apiVersion'] === undefined || data['kind'] === undefined) {
    throw badRequest('invalid object type: /, Kind=')
  }
  checkKind(resource, data)
  const metadata = isData(data['metadata']) ? { ...data['metadata'] } : {}
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil')
  }
  if (metadata['name'] === undefined) metadata['name'] = name
  if (metadata['name'] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
    )
  }
  const object = { ...data, metadata } as unknown as KubeObject
  placeObject(resource, object, namespace)
  return object
}

function parseConfig(body: Buffer): Data {
  const value = parseYamlBody(body, (detail) => badRequest(`error decoding YAML: ${detail}`))
  if (isData(value)) return value
  const got = Array.isArray(value) ? 'array' : typeof value
  throw badRequest(`error decoding YAML: json: cannot unmarshal ${got} into Go value of type map[string]interface {}`)
}

function identityOf(resource: Resource, config: KubeObject): KubeObject {
  const { name, namespace } = config.metadata
  const metadata = { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) }
  return { apiVersion: groupVersion(resource), kind: resource.kind, metadata }
}

/** Conflicts are 409; a configuration that does not fit its type is a 500 without a reason, as the real server has it. */
function run<T>(request: ApiRequest, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ApplyConflict) {
      throw new StatusError(409, 'Conflict', error.message, { causes: [...error.causes] })
    }
    if (error instanceof TypedError) {
      const where = placeText(request)
      throw new StatusError(
        500,
        '',
        `failed to create typed patch object (${where}; ${gvkText(request.resource)}): ${error.message}`,
      )
    }
    throw error
  }
}
