/** Subresources that are more than a part of their object, and which part the others write. */
import type { KubeObject } from '../../kube/object.ts'
import { type ClusterState, objectAs } from '../cluster-state.ts'
import type { Answer, ApiRequest } from '../request.ts'
import { StatusError } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { bind } from './binding.ts'
import { evict } from './eviction.ts'
import { entryOf } from './get.ts'
import { log } from './log.ts'
import { scaleOf } from './scale.ts'
import { issueToken } from './token.ts'

/** Undefined when the ordinary verb does it. */
export function subresourceVerb(state: ClusterState, request: ApiRequest): Answer | undefined {
  const { subresource, verb, resource } = request
  switch (subresource) {
    case 'log':
      return log(state, request)
    case 'eviction':
      return evict(state, request)
    case 'binding':
      return bind(state, request)
    case 'token':
      return issueToken(state, request)
    case 'scale':
      if (verb !== 'get') return undefined
      return { code: 200, body: JSON.stringify(scaleOf(resource, objectAs(resource, entryOf(state, request)))) }
    case 'exec':
    case 'attach':
    case 'portforward':
    case 'proxy': {
      const message = `pods here run nothing: ${subresource} is not available in the sandbox`
      throw new StatusError(501, 'NotImplemented', message)
    }
    default:
      return undefined
  }
}

/** What was sent to a subresource, with everything it does not write as it was. The object itself and status are left to the write. */
export function partWritten(subresource: string, live: KubeObject, sent: KubeObject): KubeObject {
  switch (subresource) {
    case 'ephemeralcontainers':
      return withSpec(live, sent, { ephemeralContainers: dataAt(sent, 'spec')['ephemeralContainers'] })
    case 'resize':
      return withSpec(live, sent, { containers: resized(live, sent) })
    case 'finalize':
      return withSpec(live, sent, { finalizers: dataAt(sent, 'spec')['finalizers'] })
    case 'approval':
      return { ...sent, spec: live['spec'] }
    default:
      return sent
  }
}

function withSpec(live: KubeObject, sent: KubeObject, part: Data): KubeObject {
  const spec: Data = { ...dataAt(live, 'spec'), ...part }
  for (const field in part) if (part[field] === undefined) delete spec[field]
  const { resourceVersion, managedFields } = sent.metadata
  const metadata = { ...live.metadata, ...(managedFields !== undefined && { managedFields }) }
  if (resourceVersion === undefined) delete metadata.resourceVersion
  else metadata.resourceVersion = resourceVersion
  return { ...live, metadata, spec }
}

/** Only resources may change, container by container. */
function resized(live: KubeObject, sent: KubeObject): unknown[] {
  const wanted = new Map(
    listAt(sent, 'spec', 'containers')
      .filter(isData)
      .map((container) => [container['name'], container['resources']]),
  )
  return listAt(live, 'spec', 'containers')
    .filter(isData)
    .map((container) => {
      const resources = wanted.get(container['name'])
      return resources === undefined ? container : { ...container, resources }
    })
}
