/** PATCH: JSON patch, merge patch, strategic merge patch, and server-side apply. */
import type { KubeObject } from '../../kube/object.ts'
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicMerge } from '../patch/strategic-merge.ts'
import { readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, fieldManager, isDryRun, readOptions } from '../request.ts'
import { badRequest, unsupportedMediaType } from '../status-error.ts'
import { isData } from '../values.ts'
import { replaceObject } from '../write.ts'
import { apply } from './apply.ts'
import { entryOf } from './get.ts'
import { scaledObject, scaleOf } from './scale.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

export function patch(state: ClusterState, request: ApiRequest): Answer {
  const { resource, contentType, subresource } = request
  if (contentType.startsWith(APPLY)) return apply(state, request)
  const entry = entryOf(state, request)
  const live = objectAs(resource, entry)
  const options = {
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    subresource: subresource === 'status' ? 'status' : '',
  }
  if (subresource === 'scale') {
    const patched = patchedBy(request, scaleOf(resource, live))
    if (!isData(patched)) throw badRequest('the patch does not yield a Scale')
    const scaled = scaledObject(resource, live, patched)
    return scaled.answer(replaceObject(state, resource, entry, scaled.object, { ...options, subresource: '' }))
  }
  const patched = patchedBy(request, live)
  if (!isData(patched)) throw badRequest(`the patch does not yield a ${resource.kind}`)
  const object: KubeObject = readObject(resource, patched, readOptions(request))
  return { code: 200, body: replaceObject(state, resource, entry, object, options).json }
}

function patchedBy(request: ApiRequest, document: Record<string, unknown>): unknown {
  const { contentType, resource } = request
  const body = parsePatch(request.body)
  if (contentType.startsWith(JSON_PATCH)) return applyJsonPatch(document, body)
  if (!isData(body))
    throw badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}')
  if (contentType.startsWith(MERGE_PATCH)) return applyMergePatch(document, body)
  if (contentType.startsWith(STRATEGIC) && resource.custom === undefined) {
    return applyStrategicMerge(document, body, resource.type)
  }
  throw unsupportedMediaType(
    resource.custom === undefined ? [JSON_PATCH, MERGE_PATCH, STRATEGIC, APPLY] : [JSON_PATCH, MERGE_PATCH, APPLY],
  )
}

function parsePatch(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`)
  }
}
