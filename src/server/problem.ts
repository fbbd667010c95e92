/** What goes wrong as RFC 9457 problem details. Pure. */
import { z } from 'zod'
import { HalcyonError, messageOf, reasonOf } from '../api/errors.ts'
import { type Reason, reasons } from '../api/reasons.ts'
import type { Problem } from './schemas.ts'

export const problemType = 'application/problem+json'

/** Maps anything thrown. A defect gives no detail away: its message was not written for the outside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof z.ZodError) return problem('UsageInvalid', `Cannot read the request: ${zodText(error)}`)
  if (error instanceof HalcyonError) {
    return problem(error.reason, error.reason === 'Internal' ? undefined : error.message)
  }
  const status = httpStatusOf(error)
  if (status !== undefined) return problem('UsageInvalid', `Cannot read the request: ${messageOf(error)}`, status)
  return problem(reasonOf(error))
}

/** `status` replaces the reason's own. */
export function problem(reason: Reason, detail?: string, status: number = reasons[reason].http): Problem {
  return {
    type: `urn:halcyon:reason:${reason}`,
    title: reasons[reason].description,
    status,
    ...(detail === undefined ? {} : { detail }),
    reason,
  }
}

/** What the HTTP layer itself refuses: a body too large, a media type it does not know, JSON that does not parse. */
function httpStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return undefined
  const { statusCode, code } = error
  const isOwn = typeof code === 'string' && code.startsWith('FST_')
  return isOwn && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined
}

function zodText(error: z.ZodError): string {
  return error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': ')).join('; ')
}
