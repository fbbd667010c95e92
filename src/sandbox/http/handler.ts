/** From a raw request to a verb, a discovery document or a health answer. The sandbox without its sockets. */
import { type Attributes, authorize } from '../access/authorize.ts'
import { refusal } from '../access/refusal.ts'
import type { User } from '../access/user.ts'
import type { ClusterState } from '../cluster-state.ts'
import { requireRepresentation } from '../negotiation.ts'
import { checkListOptions, checkWriteOptions, flag } from '../options.ts'
import { type Answer, type ApiRequest, isDryRun, type Verb } from '../request.ts'
import type { Resource } from '../resources.ts'
import { badRequest, methodNotAllowed, noSuchPath, pageNotFound, StatusError } from '../status-error.ts'
import type { ToTable } from '../tables.ts'
import { bind } from '../verbs/binding.ts'
import { create } from '../verbs/create.ts'
import { remove } from '../verbs/delete.ts'
import { deleteCollection } from '../verbs/delete-collection.ts'
import { get } from '../verbs/get.ts'
import { list } from '../verbs/list.ts'
import { patch } from '../verbs/patch.ts'
import { createPresenter } from '../verbs/present.ts'
import { review } from '../verbs/review.ts'
import { subresourceVerb } from '../verbs/subresources.ts'
import { update } from '../verbs/update.ts'
import { watch } from '../verbs/watch.ts'
import { count, metricsText, type RequestCounts } from './counters.ts'
import { createDocuments } from './documents.ts'
import { type ResourceRoute, type Route, routeOf, verbOf } from './route.ts'
import type { Handled, RawRequest } from './server.ts'

/** `address` is how clients reach the server (host:port), told in /api. */
export function createHandler(
  state: ClusterState,
  toTable: ToTable,
  counts: RequestCounts,
  address: () => string,
): (request: RawRequest, user: User) => Handled {
  const presenter = createPresenter(state, toTable)
  const documents = createDocuments(state, address)

  function resourceOf(route: ResourceRoute): Resource {
    const resource = state.resources.find(route.group, route.version, route.plural)
    if (resource === undefined) {
      const isServed = state.resources.all().some((one) => one.group === route.group && one.version === route.version)
      throw isServed ? noSuchPath() : pageNotFound()
    }
    if (resource.namespaced !== (route.namespace !== '') && !(resource.namespaced && route.name === ''))
      throw noSuchPath()
    return resource
  }

  function run(request: ApiRequest): Handled {
    const { warnings } = request
    if (request.verb === 'watch') return { watch: (sink) => watch(state, request, sink, toTable), warnings }
    return { answer: answerOf(request), warnings }
  }

  /** A refusal too comes with the warnings that were given until then. */
  function answered(request: ApiRequest, work: () => Handled): Handled {
    try {
      return work()
    } catch (error) {
      const { warnings } = request
      if (!(error instanceof StatusError) || warnings.length === 0) throw error
      return { answer: { code: error.code, body: JSON.stringify(error.status) }, warnings }
    }
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
        if (request.resource.storageKey === '/bindings') return bind(state, request)
        return review(state, request) ?? create(state, request)
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

  function demand(user: User, attributes: Attributes): void {
    if (!authorize(state, user, attributes).allowed) throw refusal(user, attributes)
  }

  return (raw, user) => {
    const route = understood(raw.path)
    if (route.kind !== 'resource') {
      count(counts, 'nonresource', false)
      demand(user, { ...NOTHING, verb: raw.method.toLowerCase(), path: raw.path })
      if (route.kind === 'other' && route.path === '/metrics') {
        const body = metricsText(counts, state.store.size, state.store.version)
        return { answer: { code: 200, body, contentType: 'text/plain; version=0.0.4' }, warnings: [] }
      }
      return { answer: documents(route, raw), warnings: [] }
    }
    const verb = verbOf(raw.method, route.name !== '', flag(raw.query, 'watch'))
    if (verb === undefined) throw methodNotAllowed()
    demand(user, attributesOf(verb, route))
    const request = requestOf(resourceOf(route), route, verb, raw, user)
    const deprecated = deprecationOf(request.resource)
    if (deprecated !== undefined) request.warnings.push(deprecated)
    return answered(request, () => {
      if (!allows(request)) throw methodNotAllowed()
      check(request)
      count(counts, verb, isDryRun(request))
      return run(request)
    })
  }
}

/** Access to a namespace is access in that namespace. */
function attributesOf(verb: Verb, { group, plural, subresource, namespace, name }: ResourceRoute): Attributes {
  const isNamespace = group === '' && plural === 'namespaces'
  return { verb, group, resource: plural, subresource, namespace: isNamespace ? name : namespace, name, path: '' }
}

const NOTHING = { group: '', resource: '', subresource: '', namespace: '', name: '' }

function understood(path: string): Route {
  try {
    return routeOf(path)
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`invalid URL escape in ${JSON.stringify(path)}`)
    throw error
  }
}

/** What can be refused before the body is read. */
function check(request: ApiRequest): void {
  const { verb, query, accept, contentType, subresource } = request
  if (subresource !== 'log') requireRepresentation(accept)
  if (verb === 'list' || verb === 'watch' || verb === 'deletecollection') checkListOptions(query, verb === 'watch')
  else if (verb === 'create') checkWriteOptions(query, 'CreateOptions')
  else if (verb === 'update') checkWriteOptions(query, 'UpdateOptions')
  else if (verb === 'patch') checkWriteOptions(query, 'PatchOptions', contentType.startsWith('application/apply-patch'))
}

/** Told with every answer. */
function deprecationOf({ group, kind, custom }: Resource): string | undefined {
  return custom === undefined ? DEPRECATED[`${group}/${kind}`] : custom.deprecationWarning
}

const DEPRECATED: Readonly<Record<string, string>> = {
  '/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
}

function requestOf(resource: Resource, route: ResourceRoute, verb: Verb, raw: RawRequest, user: User): ApiRequest {
  const { query, accept, contentType, userAgent, body } = raw
  const { namespace, name, subresource } = route
  return {
    verb,
    resource,
    namespace,
    name,
    subresource,
    user,
    query,
    accept,
    contentType,
    userAgent,
    body,
    warnings: [],
  }
}

function allows(request: ApiRequest): boolean {
  const { resource, subresource, verb, name } = request
  if (subresource === '') {
    // All namespaces together can only be read.
    if (resource.namespaced && request.namespace === '') {
      if (!resource.verbs.includes('list')) throw noSuchPath()
      return verb === 'list' || verb === 'watch'
    }
    const isNamed = name !== ''
    if (isNamed ? verb === 'create' : verb === 'update' || verb === 'patch') return false
    return resource.verbs.includes(verb)
  }
  const known = resource.subresources.find((one) => one.name === subresource)
  if (known === undefined) throw noSuchPath()
  return known.verbs.includes(verb)
}
