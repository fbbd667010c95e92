/** PUT of one object or its status. */
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { placeObject, readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, bodyOf, fieldManager, isDryRun, readOptions } from '../request.ts'
import { badRequest, invalid } from '../status-error.ts'
import { replaceObject } from '../write.ts'
import { entryOf } from './get.ts'
import { SCALE, scaledObject } from './scale.ts'
import { partWritten } from './subresources.ts'

export function update(state: ClusterState, request: ApiRequest): Answer {
  const { resource, namespace, name, subresource } = request
  const body = bodyOf(request, subresource === 'scale' ? SCALE : undefined)
  const entry = entryOf(state, request)
  const options = {
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    subresource: subresource === 'status' ? 'status' : '',
    part: subresource !== '' && subresource !== 'status',
  }
  if (subresource === 'scale') {
    const scaled = scaledObject(resource, objectAs(resource, entry), body)
    return scaled.answer(replaceObject(state, resource, entry, scaled.object, { ...options, part: false }))
  }
  const object = readObject(resource, body, readOptions(request))
  placeObject(resource, object, namespace)
  if (object.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata.name ?? ''}) does not match the name on the URL (${name})`,
    )
  }
  if (resource.custom !== undefined && object.metadata.resourceVersion === undefined) {
    throw invalid(resource, name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        detail: 'Invalid value: 0x0: must be specified for an update',
      },
    ])
  }
  const next = partWritten(subresource, objectAs(resource, entry), object)
  return { code: 200, body: replaceObject(state, resource, entry, next, options).json }
}
