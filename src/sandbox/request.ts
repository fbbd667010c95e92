/** One request to one resource, as verbs see it, and their answer. Types, and readings of the query. Pure. */

import type { FieldValidation } from './read-object.ts'
import type { Resource } from './resources.ts'
import { type Matcher, matcherOf, selectableFields } from './selectors.ts'
import { badRequest } from './status-error.ts'

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

/** Throws 400 on a value other than All. */
export function isDryRun(request: ApiRequest): boolean {
  const values = request.query.getAll('dryRun').filter((value) => value !== '')
  for (const value of values) {
    if (value !== 'All')
      throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`)
  }
  return values.length > 0
}

/** Who writes: as said, else the program of the User-Agent. */
export function fieldManager(request: ApiRequest): string {
  const given = request.query.get('fieldManager')
  if (given !== null && given !== '') return given
  const slash = request.userAgent.indexOf('/')
  return (slash < 0 ? request.userAgent : request.userAgent.slice(0, slash)).slice(0, 128) || 'unknown'
}

export function fieldValidation(request: ApiRequest): FieldValidation {
  const given = request.query.get('fieldValidation')
  if (given === null || given === '') return 'Warn'
  if (given === 'Ignore' || given === 'Warn' || given === 'Strict') return given
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(given)}: supported values: "Ignore", "Strict", "Warn"`,
  )
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
