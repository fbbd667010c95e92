/** From a path and a method to what is asked for. Pure. */
import type { Verb } from '../request.ts'

/** A request for objects of a resource. */
export interface ResourceRoute {
  kind: 'resource'
  group: string
  version: string
  namespace: string
  plural: string
  name: string
  subresource: string
}

export type Route =
  | ResourceRoute
  | { kind: 'core' }
  | { kind: 'groups' }
  | { kind: 'group'; group: string }
  | { kind: 'version'; group: string; version: string }
  | { kind: 'other'; path: string }

export function routeOf(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '')
  const [root, first = '', second = '', ...rest] = parts
  if (root === 'api') {
    if (parts.length === 1) return { kind: 'core' }
    if (parts.length === 2) return { kind: 'version', group: '', version: first }
    return resourceRoute('', first, [second, ...rest])
  }
  if (root === 'apis') {
    if (parts.length === 1) return { kind: 'groups' }
    if (parts.length === 2) return { kind: 'group', group: first }
    if (parts.length === 3) return { kind: 'version', group: first, version: second }
    return resourceRoute(first, second, rest)
  }
  return { kind: 'other', path }
}

/** `namespaces/N/...` is what is in a namespace, except for a namespace itself and its subresources. */
function resourceRoute(group: string, version: string, encoded: readonly string[]): Route {
  const parts = encoded.map(decodeURIComponent)
  const [first = '', second = '', third] = parts
  const inNamespace =
    first === 'namespaces' && third !== undefined && !(group === '' && NAMESPACE_SUBRESOURCES.has(third))
  const [plural = '', name = '', subresource = '', ...more] = inNamespace ? parts.slice(2) : parts
  if (more.length > 0 && subresource !== 'proxy') return { kind: 'other', path: parts.join('/') }
  return { kind: 'resource', group, version, namespace: inNamespace ? second : '', plural, name, subresource }
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** The verb of a request as Kubernetes counts it; undefined for a method that has none. */
export function verbOf(method: string, named: boolean, watching: boolean): Verb | undefined {
  switch (method) {
    case 'GET':
      if (named) return 'get'
      return watching ? 'watch' : 'list'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return named ? 'delete' : 'deletecollection'
    default:
      return undefined
  }
}
