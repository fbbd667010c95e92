/** PUT of one object or its status. */
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { rulesOf } from '../kinds.ts'
import { placeObject, readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, bodyOf, fieldManager, isDryRun, readOptions } from '../request.ts'
import { badRequest, conflict } from '../status-error.ts'
import { createObject, replaceObject } from '../write.ts'
import { entryOf } from './get.ts'
import { SCALE, scaledObject } from './scale.ts'
import { partWritten } from './subresources.ts'

export function update(state: ClusterState, request: ApiRequest): Answer {
  const { resource, namespace, name, subresource } = request
  const body = bodyOf(request, subresource === 'scale' ? SCALE : undefined)
  const options = {
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    warn: (message: string) => void request.warnings.push(message),
    subresource: subresource === 'status' ? 'status' : '',
    part: subresource !== '' && subresource !== 'status',
  }
  if (subresource === 'scale') {
    const entry = entryOf(state, request)
    const scaled = scaledObject(resource, objectAs(resource, entry), body, options.manager)
    return scaled.answer(
      replaceObject(state, resource, entry, scaled.object, { ...options, part: false, ...scaled.options }),
    )
  }
  const object = readObject(resource, body, readOptions(request))
  placeObject(resource, object, namespace)
  if (object.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata.name ?? ''}) does not match the name on the URL (${name})`,
    )
  }
  if ((subresource === '' || subresource === 'status') && rulesOf(resource).createOnUpdate === true) {
    const found = state.store.get(resource.storageKey, namespace, name)
    if (found === undefined) {
      const { uid } = object.metadata
      if (uid !== undefined && uid !== '') {
        const key = `/registry/${resource.plural}${namespace === '' ? '' : `/${namespace}`}/${name}`
        const detail = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: `
        throw conflict(resource, name, detail)
      }
      delete object.metadata.resourceVersion
      return { code: 201, body: createObject(state, resource, object, options).json }
    }
  }
  const entry = entryOf(state, request)
  const next = partWritten(subresource, objectAs(resource, entry), object)
  return { code: 200, body: replaceObject(state, resource, entry, next, options).json }
}
