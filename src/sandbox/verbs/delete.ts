/** DELETE of one object. */
import type { ClusterState } from '../cluster-state.ts'
import { type DeletionOptions, deleteEntry } from '../deletion.ts'
import { type Answer, type ApiRequest, isDryRun } from '../request.ts'
import type { Resource } from '../resources.ts'
import { badRequest } from '../status-error.ts'
import { type Data, dataAt, isData } from '../values.ts'
import { entryOf } from './get.ts'

export function remove(state: ClusterState, request: ApiRequest): Answer {
  const { resource } = request
  const entry = entryOf(state, request)
  const options = deletionOptions(request)
  const { object, gone } = deleteEntry(state, resource, entry, options)
  if (!gone || resource.storageKey === '/pods') return { code: 200, body: JSON.stringify(object) }
  const details: Data = { name: entry.name, kind: resource.plural, uid: entry.uid }
  if (resource.group !== '') details['group'] = resource.group
  return {
    code: 200,
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  }
}

/** From the body, else from the query, as DeleteOptions. */
export function deletionOptions(request: ApiRequest): DeletionOptions {
  const body = readBody(request)
  const preconditions = dataAt(body, 'preconditions')
  const result: DeletionOptions = {
    propagation: propagationOf(request, body['propagationPolicy'] ?? request.query.get('propagationPolicy'), body),
    dryRun: isDryRun(request) || (Array.isArray(body['dryRun']) && body['dryRun'].includes('All')),
  }
  if (typeof preconditions['uid'] === 'string') result.uid = preconditions['uid']
  if (typeof preconditions['resourceVersion'] === 'string') result.resourceVersion = preconditions['resourceVersion']
  return result
}

function readBody(request: ApiRequest): Data {
  if (request.body.length === 0) return {}
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8'))
    return isData(body) ? body : {}
  } catch (error) {
    throw badRequest(`couldn't read DeleteOptions: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function propagationOf(request: ApiRequest, policy: unknown, body: Data): 'Foreground' | 'Background' | 'Orphan' {
  if (policy === 'Foreground' || policy === 'Background' || policy === 'Orphan') return policy
  if (policy !== null && policy !== undefined && policy !== '') {
    throw badRequest(
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`,
    )
  }
  if (body['orphanDependents'] === true) return 'Orphan'
  return orphansByDefault(request) ? 'Orphan' : 'Background'
}

/** batch/v1 kept the default of the first versions, and warns about it. */
function orphansByDefault(request: ApiRequest): boolean {
  if (!isJob(request.resource)) return request.resource.storageKey === '/replicationcontrollers'
  request.warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  )
  return true
}

function isJob(resource: Resource): boolean {
  return resource.storageKey === 'batch/jobs'
}
