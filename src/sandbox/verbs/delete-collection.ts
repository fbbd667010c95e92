/** DELETE of a collection: everything the selectors let through. */
import type { ClusterState } from '../cluster-state.ts'
import { deleteEntry } from '../deletion.ts'
import type { Answer, ApiRequest } from '../request.ts'
import { deletionOptions } from './delete.ts'
import { selected } from './list.ts'
import type { Presenter } from './present.ts'

export function deleteCollection(state: ClusterState, request: ApiRequest, presenter: Presenter): Answer {
  const options = deletionOptions(request)
  const entries = selected(state, request)
  for (const entry of entries) {
    // One delete may take others of the list with it.
    if (state.store.get(entry.storageKey, entry.namespace, entry.name) === undefined) continue
    deleteEntry(state, request.resource, entry, options)
  }
  return { code: 200, body: presenter.many(request, entries, { resourceVersion: String(state.store.version) }) }
}
