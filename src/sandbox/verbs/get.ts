/** GET of one object. */
import type { ClusterState } from '../cluster-state.ts'
import { wantedVersion } from '../past.ts'
import type { Answer, ApiRequest } from '../request.ts'
import { notFound, StatusError } from '../status-error.ts'
import type { Entry } from '../store.ts'
import type { Presenter } from './present.ts'

/** The stored object a request names. Throws 404. */
export function entryOf(state: ClusterState, request: ApiRequest): Entry {
  const { resource, namespace, name } = request
  const entry = state.store.get(resource.storageKey, namespace, name)
  if (entry === undefined) throw notFound(resource, name)
  return entry
}

export function get(state: ClusterState, request: ApiRequest, presenter: Presenter): Answer {
  const wanted = request.query.get('resourceVersion') ?? ''
  if (wanted !== '') wantedVersion(wanted, state.store, (detail) => new StatusError(500, '', detail))
  return { code: 200, body: presenter.one(request, entryOf(state, request)) }
}
