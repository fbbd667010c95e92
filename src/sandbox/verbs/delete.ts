/** DELETE of one object. */
import { admit } from '../admission/policies.ts'
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { convertTo } from '../convert.ts'
import { type DeletionOptions, deleteEntry } from '../deletion.ts'
import { checkDeleteOptions, flag, wholeNumber } from '../options.ts'
import { type Answer, type ApiRequest, bodyOf } from '../request.ts'
import type { Resource } from '../resources.ts'
import { builtinType } from '../schema/builtin.ts'
import { decodeBuiltin } from '../schema/decode.ts'
import { badRequest, DecodingError } from '../status-error.ts'
import { type Data, dataAt, listAt } from '../values.ts'
import { entryOf } from './get.ts'

export function remove(state: ClusterState, request: ApiRequest): Answer {
  const { resource } = request
  const options = deletionOptions(request)
  const entry = entryOf(state, request)
  const attempt = { resource, operation: 'DELETE' as const, object: undefined, old: objectAs(resource, entry) }
  const warn = (message: string) => void request.warnings.push(message)
  admit(state, { ...attempt, subresource: '', dryRun: options.dryRun === true, warn })
  const { object, gone } = deleteEntry(state, resource, entry, options)
  if (!gone || ANSWERED_WITH_OBJECT.has(resource.storageKey)) {
    return { code: 200, body: JSON.stringify(convertTo(resource, object)) }
  }
  const details: Data = { name: entry.name, kind: resource.plural, uid: entry.uid }
  if (resource.group !== '') details['group'] = resource.group
  return {
    code: 200,
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  }
}

/** Resources whose deletion is answered with what was deleted. */
const ANSWERED_WITH_OBJECT = new Set([
  '/pods',
  '/services',
  '/serviceaccounts',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/resourcequotas',
  '/podtemplates',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
])

/** From the body, else from the query, as DeleteOptions. Throws 415, 400 and 422. */
export function deletionOptions(request: ApiRequest): DeletionOptions {
  const given = givenOptions(request)
  const dryRun = listAt(given, 'dryRun')
  checkDeleteOptions({ propagation: given['propagationPolicy'], orphanDependents: given['orphanDependents'], dryRun })
  const { uid, resourceVersion } = dataAt(given, 'preconditions')
  const grace = given['gracePeriodSeconds']
  return {
    ...propagationOf(request, given),
    dryRun: dryRun.length > 0,
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
    ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
  }
}

const OPTIONS = { kind: '', message: 'meta.v1.DeleteOptions' }

function givenOptions(request: ApiRequest): Data {
  if (request.body.length > 0) return checked(bodyOf(request, OPTIONS))
  const { query } = request
  const given: Data = { dryRun: query.getAll('dryRun') }
  const grace = wholeNumber(query, 'gracePeriodSeconds')
  if (grace !== undefined) given['gracePeriodSeconds'] = grace
  if (query.has('propagationPolicy')) given['propagationPolicy'] = query.get('propagationPolicy')
  if (query.has('orphanDependents')) given['orphanDependents'] = flag(query, 'orphanDependents')
  return given
}

function checked(body: Data): Data {
  const { kind, apiVersion = 'v1' } = body
  if (kind !== undefined && kind !== 'DeleteOptions') {
    const text = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`
    throw badRequest(`${text} in scheme "pkg/runtime/scheme.go:111"`)
  }
  try {
    return decodeBuiltin(body, builtinType(OPTIONS.message), 'DeleteOptions', 'v1').value
  } catch (error) {
    if (error instanceof DecodingError) throw badRequest(error.detail)
    throw error
  }
}

/** Nothing when the caller does not say: then the finalizers that are there decide, and dependants go after their owner. */
function propagationOf(request: ApiRequest, options: Data): Pick<DeletionOptions, 'propagation'> {
  const policy = options['propagationPolicy']
  if (policy === 'Foreground' || policy === 'Background' || policy === 'Orphan') return { propagation: policy }
  if (options['orphanDependents'] === true) return { propagation: 'Orphan' }
  if (options['orphanDependents'] === false) return { propagation: 'Background' }
  return orphansByDefault(request) ? { propagation: 'Orphan' } : {}
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
