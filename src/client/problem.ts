/** Turns what the server answers (RFC 9457 problem details) or does not answer into HalcyonError. Pure. */
import { HalcyonError, messageOf } from '../api/errors.ts'
import { type Reason, reasons } from '../api/reasons.ts'

/** The error of a response that is not 2xx. `doing` is used when the body is no problem document, for example from a proxy. */
export function errorOfResponse(status: number, body: string, doing: string): HalcyonError {
  const problem = parseProblem(body)
  if (problem !== undefined) return new HalcyonError(problem.reason, problem.message)
  const first = body.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''
  return new HalcyonError(
    reasonOfStatus(status),
    `Cannot ${doing}: the server answered ${status}${first && `: ${first}`}`,
  )
}

/** The error of a request that got no answer. */
export function errorOfNoAnswer(url: string, cause: unknown): HalcyonError {
  return new HalcyonError('ServerUnreachable', `Cannot reach halcyon at ${url}: ${rootMessage(cause)}`, { cause })
}

function parseProblem(body: string): { reason: Reason; message: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('reason' in value)) return undefined
  const { reason } = value
  if (typeof reason !== 'string' || !Object.hasOwn(reasons, reason)) return undefined
  const detail = 'detail' in value && typeof value.detail === 'string' ? value.detail : ''
  const title = 'title' in value && typeof value.title === 'string' ? value.title : ''
  return { reason: reason as Reason, message: detail || title || reasons[reason as Reason].description }
}

function reasonOfStatus(status: number): Reason {
  if (status === 401 || status === 403) return 'Unauthenticated'
  if (status === 404) return 'NotFound'
  if (status < 500) return 'UsageInvalid'
  return status === 500 ? 'Internal' : 'ServerUnreachable'
}

/** fetch hides the reason ("fetch failed") one or two causes deep; a refused connection may even be an AggregateError. */
function rootMessage(error: unknown): string {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0]
    else if (current.cause !== undefined) current = current.cause
    else break
  }
  return messageOf(current)
}
