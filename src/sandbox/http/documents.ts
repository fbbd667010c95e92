/** Discovery, OpenAPI, version and health: answers that only change with what is served. */
import type { ClusterState } from '../cluster-state.ts'
import {
  aggregatedCore,
  aggregatedGroups,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
  versionDocument,
} from '../discovery.ts'
import { requireRepresentation } from '../negotiation.ts'
import { openApiDocument, openApiIndex } from '../openapi.ts'
import { swaggerDocument } from '../openapi-v2.ts'
import type { Answer } from '../request.ts'
import { noSuchPath, pageNotFound } from '../status-error.ts'
import type { Data } from '../values.ts'
import { healthAnswer } from './health.ts'
import type { Route } from './route.ts'
import type { RawRequest } from './server.ts'

/** Discovery, OpenAPI, version and health, as text made once per change of what is served. */
export function createDocuments(state: ClusterState, address: () => string): (route: Route, raw: RawRequest) => Answer {
  const cache = new Map<string, string>()
  let generation = -1

  function cached(key: string, make: () => Data | undefined, missing = pageNotFound): Answer {
    if (generation !== state.resources.generation) {
      cache.clear()
      generation = state.resources.generation
    }
    let body = cache.get(key)
    if (body === undefined) {
      const document = make()
      if (document === undefined) throw missing()
      body = JSON.stringify(document)
      cache.set(key, body)
    }
    return { code: 200, body }
  }

  function other(path: string, raw: RawRequest): Answer {
    const all = state.resources.all()
    if (path === '/version') return cached(path, versionDocument)
    const health = healthAnswer(path, raw.query)
    if (health !== undefined) return health
    if (path === '/openapi/v3') return cached(path, () => openApiIndex(all, state.resources.generation))
    if (path === '/openapi/v2') {
      // Its other form, which older kubectls want, is a protocol buffer of its own.
      requireRepresentation(raw.accept)
      return cached(path, () => swaggerDocument(all))
    }
    const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path)
    if (match !== null) return cached(path, () => openApiDocument(all, match[1] ?? '', match[2] ?? ''))
    if (path === '/')
      return cached(path, () => ({
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          '/healthz',
          '/livez',
          '/metrics',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      }))
    throw pageNotFound()
  }

  return (route, raw) => {
    const all = state.resources.all()
    const wantsAggregated = raw.accept.includes('as=APIGroupDiscoveryList')
    switch (route.kind) {
      case 'core':
        return wantsAggregated
          ? discoveryAnswer(cached('core*', () => aggregatedCore(all)))
          : cached('core', () => coreVersions(address()))
      case 'groups':
        return wantsAggregated
          ? discoveryAnswer(cached('groups*', () => aggregatedGroups(all)))
          : cached('groups', () => groupList(all))
      case 'group':
        return cached(`group/${route.group}`, () => groupDocument(all, route.group))
      case 'version':
        return cached(
          `version/${route.group}/${route.version}`,
          () => resourceList(all, route.group, route.version),
          all.some((resource) => resource.group === route.group) ? noSuchPath : pageNotFound,
        )
      case 'other':
        return other(route.path, raw)
      default:
        throw pageNotFound()
    }
  }
}

/** Clients tell the aggregated form by its content type. */
function discoveryAnswer(answer: Answer): Answer {
  return { ...answer, contentType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }
}
