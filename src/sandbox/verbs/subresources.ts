/** Subresources that are not just a part of their object: logs, evictions, scale, access reviews. */
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { deleteEntry } from '../deletion.ts'
import { type Answer, type ApiRequest, isDryRun } from '../request.ts'
import { StatusError } from '../status-error.ts'
import { entryOf } from './get.ts'
import { scaleOf } from './scale.ts'

/** Undefined when the ordinary verb does it. */
export function subresourceVerb(state: ClusterState, request: ApiRequest): Answer | undefined {
  const { subresource, verb, resource } = request
  if (subresource === 'log' && verb === 'get') return log(state, request)
  if (subresource === 'eviction' && verb === 'create') return evict(state, request)
  if (subresource === 'scale' && verb === 'get') {
    return { code: 200, body: JSON.stringify(scaleOf(resource, objectAs(resource, entryOf(state, request)))) }
  }
  if (['exec', 'attach', 'portforward', 'proxy'].includes(subresource)) {
    throw new StatusError(
      501,
      'NotImplemented',
      `pods here run nothing: ${subresource} is not available in the sandbox`,
    )
  }
  return undefined
}

function log(state: ClusterState, request: ApiRequest): Answer {
  const entry = entryOf(state, request)
  const lines = request.query.get('tailLines')
  const container = request.query.get('container') ?? undefined
  const text = state.logs?.(entry.namespace, entry.name, container, lines === null ? undefined : Number(lines))
  return { code: 200, body: text ?? '', contentType: 'text/plain' }
}

function evict(state: ClusterState, request: ApiRequest): Answer {
  deleteEntry(state, request.resource, entryOf(state, request), { dryRun: isDryRun(request) })
  return {
    code: 201,
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
  }
}
