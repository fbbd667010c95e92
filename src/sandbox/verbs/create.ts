/** POST of one object. */
import type { ClusterState } from '../cluster-state.ts'
import { placeObject, readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, bodyOf, fieldManager, isDryRun, readOptions } from '../request.ts'
import { createObject } from '../write.ts'

export function create(state: ClusterState, request: ApiRequest): Answer {
  const { resource, namespace } = request
  const object = readObject(resource, bodyOf(request), readOptions(request))
  placeObject(resource, object, namespace)
  const written = createObject(state, resource, object, {
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    warn: (message) => request.warnings.push(message),
  })
  return { code: 201, body: written.json }
}
