/** From a raw request to a verb, a discovery document or a health answer. The sandbox without its sockets. */
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
import { openApiDocument, openApiIndex } from '../openapi.ts'
import { type Answer, type ApiRequest, isDryRun, type Verb } from '../request.ts'
import type { Resource } from '../resources.ts'
import { methodNotAllowed, noSuchPath, StatusError } from '../status-error.ts'
import type { ToTable } from '../tables.ts'
import type { Data } from '../values.ts'
import { accessReview } from '../verbs/access-review.ts'
import { create } from '../verbs/create.ts'
import { remove } from '../verbs/delete.ts'
import { deleteCollection } from '../verbs/delete-collection.ts'
import { get } from '../verbs/get.ts'
import { list } from '../verbs/list.ts'
import { patch } from '../verbs/patch.ts'
import { createPresenter } from '../verbs/present.ts'
import { subresourceVerb } from '../verbs/subresources.ts'
import { update } from '../verbs/update.ts'
import { watch } from '../verbs/watch.ts'
import { count, metricsText, type RequestCounts } from './counters.ts'
import { type ResourceRoute, type Route, routeOf, verbOf } from './route.ts'
import type { Handled, RawRequest } from './server.ts'

/** `address` is how clients reach the server (host:port), told in /api. */
export function createHandler(
  state: ClusterState,
  toTable: ToTable,
  counts: RequestCounts,
  address: () => string,
): (request: RawRequest) => Handled {
  const presenter = createPresenter(state, toTable)
  const documents = createDocuments(state, address)

  function resourceOf(route: ResourceRoute): Resource {
    const resource = state.resources.find(route.group, route.version, route.plural)
    if (resource === undefined) throw noSuchPath()
    if (resource.namespaced !== (route.namespace !== '') && !(resource.namespaced && route.name === ''))
      throw noSuchPath()
    return resource
  }

  function run(request: ApiRequest): Handled {
    const { warnings } = request
    if (request.resource.custom?.deprecationWarning !== undefined)
      warnings.push(request.resource.custom.deprecationWarning)
    if (request.verb === 'watch') return { watch: (sink) => watch(state, request, sink, toTable), warnings }
    return { answer: answerOf(request), warnings }
  }

  function answerOf(request: ApiRequest): Answer {
    const special = request.subresource === '' ? undefined : subresourceVerb(state, request)
    if (special !== undefined) return special
    switch (request.verb) {
      case 'get':
        return get(state, request, presenter)
      case 'list':
        return list(state, request, presenter)
      case 'create':
        return accessReview(request) ?? create(state, request)
      case 'update':
        return update(state, request)
      case 'patch':
        return patch(state, request)
      case 'delete':
        return remove(state, request)
      case 'deletecollection':
        return deleteCollection(state, request, presenter)
      default:
        throw methodNotAllowed()
    }
  }

  return (raw) => {
    const route = routeOf(raw.path)
    if (route.kind !== 'resource') {
      count(counts, 'nonresource', false)
      if (route.kind === 'other' && route.path === '/metrics') {
        const body = metricsText(counts, state.store.size, state.store.version)
        return { answer: { code: 200, body, contentType: 'text/plain; version=0.0.4' }, warnings: [] }
      }
      return { answer: documents(route, raw), warnings: [] }
    }
    const watching = raw.query.get('watch') === 'true' || raw.query.get('watch') === '1'
    const verb = verbOf(raw.method, route.name !== '', watching)
    if (verb === undefined) throw methodNotAllowed()
    const request = requestOf(resourceOf(route), route, verb, raw)
    count(counts, verb, isDryRun(request))
    if (!allows(request)) throw methodNotAllowed()
    return run(request)
  }
}

function requestOf(resource: Resource, route: ResourceRoute, verb: Verb, raw: RawRequest): ApiRequest {
  const { query, accept, contentType, userAgent, body } = raw
  const { namespace, name, subresource } = route
  return { verb, resource, namespace, name, subresource, query, accept, contentType, userAgent, body, warnings: [] }
}

function allows(request: ApiRequest): boolean {
  const { resource, subresource, verb, name } = request
  if (subresource === '') return resource.verbs.includes(verb) && (verb !== 'create' || name === '')
  const known = resource.subresources.find((one) => one.name === subresource)
  if (known === undefined) throw noSuchPath()
  return known.verbs.includes(verb)
}

/** Discovery, OpenAPI, version and health, as text made once per change of what is served. */
function createDocuments(state: ClusterState, address: () => string): (route: Route, raw: RawRequest) => Answer {
  const cache = new Map<string, string>()
  let generation = -1

  function cached(key: string, make: () => Data | undefined): Answer {
    if (generation !== state.resources.generation) {
      cache.clear()
      generation = state.resources.generation
    }
    let body = cache.get(key)
    if (body === undefined) {
      const document = make()
      if (document === undefined) throw noSuchPath()
      body = JSON.stringify(document)
      cache.set(key, body)
    }
    return { code: 200, body }
  }

  function other(path: string): Answer {
    const all = state.resources.all()
    if (path === '/version') return cached(path, versionDocument)
    if (/^\/(healthz|readyz|livez)(\/|$)/.test(path)) return { code: 200, body: 'ok', contentType: 'text/plain' }
    if (path === '/openapi/v3') return cached(path, () => openApiIndex(all, state.resources.generation))
    if (path === '/openapi/v2') throw new StatusError(406, 'NotAcceptable', 'only OpenAPI v3 is served')
    const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path)
    if (match !== null) return cached(path, () => openApiDocument(all, match[1] ?? '', match[2] ?? ''))
    if (path === '/')
      return cached(path, () => ({ paths: ['/api', '/apis', '/healthz', '/metrics', '/openapi/v3', '/version'] }))
    throw noSuchPath()
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
        return cached(`version/${route.group}/${route.version}`, () => resourceList(all, route.group, route.version))
      case 'other':
        return other(route.path)
      default:
        throw noSuchPath()
    }
  }
}

/** Clients tell the aggregated form by its content type. */
function discoveryAnswer(answer: Answer): Answer {
  return { ...answer, contentType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }
}
