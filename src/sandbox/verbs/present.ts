/** Objects in the form the caller accepts: as they are, as metadata only, or as a table. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { type ClusterState, jsonAs, objectAs } from '../cluster-state.ts'
import type { ApiRequest } from '../request.ts'
import { groupVersion, type Resource } from '../resources.ts'
import type { Entry } from '../store.ts'
import { metadataOnly, type ToTable, tableOf, wantsMetadataOnly, wantsTable } from '../tables.ts'

export interface Presenter {
  one(request: ApiRequest, entry: Entry): string
  many(request: ApiRequest, entries: readonly Entry[], metadata: Record<string, unknown>): string
}

export function createPresenter(state: ClusterState, toTable: ToTable): Presenter {
  function table(request: ApiRequest, objects: readonly KubeObject[], metadata: Record<string, unknown>): string {
    const includeObject = request.query.get('includeObject')
    return JSON.stringify(
      tableOf(toTable, request.resource, objects, { now: state.clock.now(), includeObject, metadata }),
    )
  }
  return {
    one(request, entry) {
      const { resource, accept } = request
      if (wantsTable(accept)) {
        return table(request, [objectAs(resource, entry)], { resourceVersion: String(entry.version) })
      }
      return wantsMetadataOnly(accept) ? JSON.stringify(metadataOnly(entry.object())) : jsonAs(resource, entry)
    },
    many(request, entries, metadata) {
      const { resource, accept } = request
      if (wantsTable(accept))
        return table(
          request,
          entries.map((entry) => objectAs(resource, entry)),
          metadata,
        )
      if (wantsMetadataOnly(accept)) {
        const items = entries.map((entry) => metadataOnly(entry.object()))
        return JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items })
      }
      const head = `{"kind":"${resource.listKind}","apiVersion":"${resource.group === '' ? '' : `${resource.group}/`}${resource.version}","metadata":${JSON.stringify(metadata)},"items":[`
      return `${head}${entries.map((entry) => itemJson(resource, entry)).join(',')}]}`
    },
  }
}

/** In a list of a built-in kind the items do not repeat what the list says; custom ones do. */
function itemJson(resource: Resource, entry: Entry): string {
  const json = jsonAs(resource, entry)
  if (resource.custom !== undefined) return json
  const identity = `{"apiVersion":"${groupVersion(resource)}","kind":"${resource.kind}",`
  return json.startsWith(identity) ? `{${json.slice(identity.length)}` : json
}
