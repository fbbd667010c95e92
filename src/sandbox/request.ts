/** One request to one resource, as verbs see it, and their answer. Types, and readings of the query. Pure. */
import type { User } from './access/user.ts'
import { type Expected, readBody } from './body.ts'
import type { FieldValidation } from './read-object.ts'
import type { Resource } from './resources.ts'
import { type Matcher, matcherOf, selectableFields } from './selectors.ts'
import type { Data } from './values.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

export interface ApiRequest {
  readonly verb: Verb
  readonly resource: Resource
  /** '' for all namespaces and for cluster-scoped resources. */
  readonly namespace: string
  /** '' for the collection. */
  readonly name: string
  /** '' for the object itself. */
  readonly subresource: string
  readonly user: User
  readonly query: URLSearchParams
  readonly accept: string
  readonly contentType: string
  readonly userAgent: string
  readonly body: Buffer
  /** Sent as Warning headers. */
  readonly warnings: string[]
}

export interface Answer {
  code: number
  body: string
  contentType?: string
}

/** The options were checked before. */
export function isDryRun(request: ApiRequest): boolean {
  return request.query.has('dryRun')
}

/** Who writes: as said, else the program of the User-Agent. */
export function fieldManager(request: ApiRequest): string {
  const given = request.query.get('fieldManager')
  if (given !== null && given !== '') return given
  const slash = request.userAgent.indexOf('/')
  return (slash < 0 ? request.userAgent : request.userAgent.slice(0, slash)).slice(0, 128) || 'unknown'
}

export function fieldValidation(request: ApiRequest): FieldValidation {
  return (request.query.get('fieldValidation') || 'Warn') as FieldValidation
}

/** The body as data: an object of the resource, or what the subresource takes (`Scale`, `Eviction`). Throws 415 and 400. */
export function bodyOf(request: ApiRequest, taken?: Expected): Data {
  const { resource } = request
  const message = resource.custom === undefined ? resource.type.name : undefined
  return readBody(request, taken ?? { kind: resource.kind, message })
}

export function readOptions(request: ApiRequest): { fieldValidation: FieldValidation; warn(message: string): void } {
  return {
    fieldValidation: fieldValidation(request),
    warn: (message) => {
      request.warnings.push(message)
    },
  }
}

export function matcherOfRequest(request: ApiRequest): Matcher {
  const { resource, query } = request
  const known = selectableFields(resource.storageKey, resource.custom?.selectableFields)
  const matcher = matcherOf(query.get('labelSelector'), query.get('fieldSelector'), known)
  if (request.name === '') return matcher
  return (entry) => entry.name === request.name && matcher(entry)
}
