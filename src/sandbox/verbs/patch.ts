/** PATCH: JSON patch, merge patch, strategic merge patch, and server-side apply. */
import type { KubeObject } from '../../kube/object.ts'
import { mediaType, parseJsonBody } from '../body.ts'
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { goText } from '../patch/go-text.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicMerge } from '../patch/strategic-merge.ts'
import { readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, fieldManager, isDryRun, readOptions } from '../request.ts'
import type { Resource } from '../resources.ts'
import {
  badRequest,
  DecodingError,
  invalid,
  invalidPatch,
  invalidValue,
  StatusError,
  unprocessable,
  unsupportedMediaType,
} from '../status-error.ts'
import { type Data, isData } from '../values.ts'
import { replaceObject } from '../write.ts'
import { apply } from './apply.ts'
import { entryOf } from './get.ts'
import { scaledObject, scaleOf } from './scale.ts'
import { partWritten } from './subresources.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

export function patch(state: ClusterState, request: ApiRequest): Answer {
  const { resource, subresource } = request
  const kind = patchKind(request)
  if (kind === APPLY) return apply(state, request)
  const entry = entryOf(state, request)
  const live = objectAs(resource, entry)
  const options = {
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    warn: (message: string) => void request.warnings.push(message),
    subresource: subresource === 'status' ? 'status' : '',
    part: subresource !== '' && subresource !== 'status',
  }
  const body = parsePatch(request, kind)
  const shown = (result: Data) => (kind === STRATEGIC ? goText(body) : JSON.stringify(result))
  if (subresource === 'scale') {
    const result = patched(kind, resource, scaleOf(resource, live), body)
    const scaled = asPatch(
      request,
      () => scaledObject(resource, live, result, options.manager),
      () => shown(result),
    )
    return scaled.answer(
      replaceObject(state, resource, entry, scaled.object, { ...options, part: false, ...scaled.options }),
    )
  }
  const result = patched(kind, resource, live, body)
  const object = asPatch(
    request,
    () => readObject(resource, result, readOptions(request)),
    () => shown(result),
  )
  checkIdentity(resource, object, live)
  const next = partWritten(subresource, live, object)
  return { code: 200, body: replaceObject(state, resource, entry, next, options).json }
}

/** Custom kinds have no merge keys, so no strategic merge. Throws 415. */
function patchKind({ contentType, resource }: ApiRequest): string {
  const kind = [JSON_PATCH, MERGE_PATCH, STRATEGIC, APPLY].find((one) => one === mediaType(contentType))
  if (kind === STRATEGIC && resource.custom !== undefined) throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, APPLY])
  if (kind === undefined) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  return kind
}

function parsePatch(request: ApiRequest, kind: string): unknown {
  const start = kind === STRATEGIC ? '' : 'error decoding patch: '
  return parseJsonBody(request.body, (detail) => badRequest(`${start}${detail}`))
}

function patched(kind: string, resource: Resource, document: Data, body: unknown): Data {
  if (kind !== JSON_PATCH && !isData(body)) {
    const got = Array.isArray(body) ? 'array' : typeof body
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${got} into Go value of type map[string]interface {}`,
    )
  }
  const result =
    kind === JSON_PATCH
      ? applyJsonPatch(document, body)
      : kind === MERGE_PATCH
        ? applyMergePatch(document, body)
        : applyStrategicMerge(document, body, resource.type)
  if (!isData(result)) throw unprocessable()
  return result
}

/** What is wrong with the result is told as what is wrong with the patch. */
function asPatch<T>(request: ApiRequest, read: () => T, shown: () => string): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodingError) throw invalidPatch(shown(), detailOf(request, error.detail))
    throw error
  }
}

/** Strategic merges end in Go's own types, which say where a value came from. */
function detailOf({ contentType }: ApiRequest, detail: string): string {
  if (mediaType(contentType) !== STRATEGIC) return detail
  const number = /^json: cannot unmarshal string into .* of type (u?int\d+)$/.exec(detail)
  if (number !== null) return `unrecognized type: ${number[1]}`
  if (/^json: cannot unmarshal number into .* of type string$/.test(detail)) return 'cannot convert int64 to string'
  return /^(json: |quantities must|strict )/.test(detail) ? detail : `error decoding from json: ${detail}`
}

function checkIdentity(resource: Resource, object: KubeObject, live: KubeObject): void {
  const { name, namespace, uid } = object.metadata
  if (name !== live.metadata.name) {
    throw badRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${live.metadata.name ?? ''})`,
    )
  }
  if (namespace !== live.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw invalid(resource, name ?? '', [invalidValue('metadata.uid', uid ?? '', 'field is immutable')])
  }
}
