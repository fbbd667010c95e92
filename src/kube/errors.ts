/** What can go wrong when talking to an API server. Each error answers whether trying again can help. */

/** The body Kubernetes sends with every error. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, unknown>
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    retryAfterSeconds?: number
    causes?: { reason?: string; message?: string; field?: string }[]
  }
}

/**
 * kube-apiserver answers a server-side apply of an object that does not fit its schema (an unknown field, a duplicate key) with a 500
 * and no reason, though only another object can help.
 */
export function isMisfit(code: number, message: string): boolean {
  return code === 500 && /\bfailed to create typed (patch|live) object\b/.test(message)
}

/** The server answered, and said no. `reason` is Kubernetes' own (NotFound, Conflict, Invalid, Forbidden, Expired, ...). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly status: Status | undefined
  /** From `Retry-After` or the Status' details; undefined when the server named no time. */
  readonly retryAfterMs: number | undefined

  constructor(code: number, reason: string, message: string, options: { status?: Status; retryAfterMs?: number } = {}) {
    super(message)
    this.code = code
    this.reason = reason
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }

  /** 429 and server-side failures pass; everything else is the request's own fault. */
  shouldRetry(): boolean {
    if (isMisfit(this.code, this.message)) return false
    return this.code === 429 || this.code === 500 || this.code === 502 || this.code === 503 || this.code === 504
  }
}

/** No answer came: refused, reset, timed out, TLS failed. `message` names the server. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'

  shouldRetry(): boolean {
    return true
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code === 409
}

/** A watch or a continue token is too old: list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone')
}
