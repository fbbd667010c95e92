/** A hold in one line, as people read it. Pure. */
import type { HoldView } from '../hold.ts'
import { ageText, clockText } from './age.ts'
import { plainLine } from './plain.ts'
import { shortRevision } from './revision.ts'

/** `held at 4d77b02 by ada for 22 min: checkout is broken; until a commit changes it to something else`. */
export function holdText(hold: HoldView, now: number): string {
  const at = shortRevision(hold.revisions[0] ?? '')
  const why = hold.reason === '' ? '' : `: ${hold.reason}`
  return plainLine(`held at ${at} by ${hold.who} for ${ageText(hold.since, now)}${why}; until ${untilText(hold, now)}`)
}

function untilText(hold: HoldView, now: number): string {
  const rule = hold.lift === 'person' ? 'somebody resumes it' : `${quarantinedText(hold)} is reverted or replaced`
  return hold.until === undefined ? rule : `${clockText(hold.until, now)}, or ${rule}`
}

/** The revisions that must not come back, in short; `it` when a hold only freezes. */
export function quarantinedText(hold: HoldView): string {
  return hold.quarantined.map((one) => shortRevision(one.revision)).join(', ') || 'it'
}
