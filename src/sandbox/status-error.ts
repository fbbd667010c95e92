/** The refusals of an API server, with its own codes, reasons and wording. Pure. */
import type { Status } from '../kube/errors.ts'

export interface Cause {
  reason: string
  message: string
  field?: string
}

/** Thrown by verbs; the HTTP edge turns it into a Status body. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly code: number
  readonly status: Status
  /** Sent as plain text in place of the status. */
  text: string | undefined

  constructor(code: number, reason: string, message: string, details?: Status['details']) {
    super(message)
    this.code = code
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
    if (reason === '') delete this.status.reason
    if (details !== undefined) this.status.details = details
  }
}

/** What an error names: a resource (plural) and its group. */
export interface Named {
  readonly group: string
  readonly plural: string
  readonly kind: string
}

/** `deployments.apps`, `namespaces`: how the server names a resource in messages. */
export function qualified(resource: Pick<Named, 'group' | 'plural'>): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** `Deployment.apps`, `Service`: how the server names a kind in messages of invalid objects. */
function qualifiedKind(resource: Named): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`
}

function detailsOf(resource: Named, name: string): NonNullable<Status['details']> {
  const details: NonNullable<Status['details']> = { name, kind: resource.plural }
  if (resource.group !== '') details.group = resource.group
  return details
}

export function notFound(resource: Named, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))
}

/** The answer to a path that leads nowhere. */
export function noSuchPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** The answer of a server to a path outside its APIs: no Status. */
export function pageNotFound(): StatusError {
  const error = noSuchPath()
  error.text = '404 page not found\n'
  return error
}

export function alreadyExists(resource: Named, name: string, goes = false): StatusError {
  const message = `${goes ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`
  return new StatusError(409, 'AlreadyExists', message, detailsOf(resource, name))
}

export function conflict(resource: Named, name: string, detail: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${detail}`
  return new StatusError(409, 'Conflict', message, detailsOf(resource, name))
}

/** The object was changed since the caller read it. */
export function outdated(resource: Named, name: string): StatusError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** 422 with one cause per field, worded as the server's field errors are. */
export function invalid(resource: Named, name: string, causes: readonly FieldError[]): StatusError {
  const texts = duplicateless(causes).map((cause) => `${cause.field}: ${cause.detail}`)
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const details: NonNullable<Status['details']> = {
    ...(name !== '' && { name }),
    ...(resource.kind !== '' && { kind: resource.kind }),
  }
  if (resource.group !== '') details.group = resource.group
  details.causes = duplicateless(causes).map((cause) => ({
    reason: cause.type,
    message: cause.detail,
    field: cause.field,
  }))
  return new StatusError(422, 'Invalid', `${qualifiedKind(resource)} "${name}" is invalid: ${text}`, details)
}

/** Options of a request (of the group meta.k8s.io) that cannot be. */
export function invalidOptions(kind: string, causes: readonly FieldError[]): StatusError {
  return invalid({ group: 'meta.k8s.io', plural: '', kind }, '', causes)
}

/** The same complaint once: the real server repeats some that two of its layers find. */
export function duplicateless(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>()
  return errors.filter(({ field, detail }) => {
    const key = `${field}: ${detail}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message)
}

/** An object that cannot be read as its kind. `detail` is what is wrong with it, for callers that say it in another way. */
export class DecodingError extends StatusError {
  readonly detail: string

  constructor(kind: string, version: string, detail: string) {
    super(400, 'BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`)
    this.detail = detail
  }
}

/** A patch whose result is no object of its kind. `patch` is what it was, or what came of it, as text. */
export function invalidPatch(patch: string, detail: string): StatusError {
  return invalid({ group: '', plural: '', kind: '' }, '', [invalidValue('patch', patch, detail)])
}

/** A request that was understood and cannot be carried out; the server does not say why. */
export function unprocessable(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
}

export function forbidden(resource: Named, name: string, detail: string, causes?: Cause[]): StatusError {
  const details = detailsOf(resource, name)
  if (causes !== undefined) details.causes = causes
  return new StatusError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${detail}`, details)
}

/** A watch or a page asks for history that is gone. `continueWith` leads to the rest of the list as it is now. */
export function expired(message: string, continueWith?: string): StatusError {
  const error = new StatusError(410, 'Expired', message)
  if (continueWith !== undefined) error.status.metadata = { continue: continueWith }
  return error
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`
  return new StatusError(415, 'UnsupportedMediaType', message)
}

/** A body beyond the limit. */
export function tooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)
}

export function tooManyOperations(limit: number, got: number): StatusError {
  const message = `The allowed maximum operations in a JSON patch is ${limit}, got ${got}`
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`)
}

/** A read that wants to wait for a version the server is far from. */
export function futureVersion(wanted: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized')
}

/** One complaint about one field. `detail` holds the whole text after `field: `. */
export interface FieldError {
  type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
  field: string
  detail: string
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, detail: detail === '' ? 'Required value' : `Required value: ${detail}` }
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, detail: `Invalid value: ${goValue(value)}: ${detail}` }
}

export function unsupported(field: string, value: unknown, allowed: readonly unknown[]): FieldError {
  const list = allowed.map((one) => JSON.stringify(one)).join(', ')
  return {
    type: 'FieldValueNotSupported',
    field,
    detail: `Unsupported value: ${goValue(value)}: supported values: ${list}`,
  }
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, detail: `Forbidden: ${detail}` }
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, detail: `Duplicate value: ${goValue(value)}` }
}

/** Strings are quoted, everything else is printed as JSON: near enough to what Go prints for the fields people meet. */
function goValue(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}
