/** What stands where an answer is not there: loading, failed, empty. */
import type { ReactNode } from 'react'
import { HalcyonError } from '../../../src/api/errors.ts'

export function Loading({ what }: { what: string }) {
  return (
    <p className="muted" role="status">
      Reading {what}
    </p>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>
}

/** `old` = what is shown below is from before it failed. */
export function Failure({ error, retry, old = false }: { error: unknown; retry?: () => void; old?: boolean }) {
  return (
    <div className="failure" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {old && <p className="muted">What you see is from before.</p>}
      {error instanceof HalcyonError && error.reason === 'NotFound' && (
        <p className="muted">Was it removed from Git?</p>
      )}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
