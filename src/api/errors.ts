/** The one error that crosses folders: what could not be done, why (a reason from the table), and the original. */
import { type Reason, reasons } from './reasons.ts'

/** Message format: `Cannot <verb> <object>: <detail>`. */
export class HalcyonError extends Error {
  override readonly name = 'HalcyonError'
  readonly reason: Reason

  constructor(reason: Reason, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }

  get retry() {
    return reasons[this.reason].retry
  }
}

/** The reason of anything thrown; what is not ours is a defect. */
export function reasonOf(error: unknown): Reason {
  return error instanceof HalcyonError ? error.reason : 'Internal'
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
