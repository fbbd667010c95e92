/** Holds and undos as people read them. Pure. */
import type { HoldView, UndoView } from '../../api/hold.ts'
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

function quarantinedText(hold: HoldView): string {
  return hold.quarantined.map((one) => shortRevision(one.revision)).join(', ') || 'it'
}

export function undoLines(undo: UndoView): string[] {
  const { application, from, to, hold, revert } = undo
  const quarantined = quarantinedText(hold)
  return [
    plainLine(`${application}: ${shortRevision(from)} -> ${shortRevision(to)}`),
    plainLine(
      `  held at ${shortRevision(to)} until ${quarantined} is reverted or replaced by a commit that changes it`,
    ),
    ...(revert.branch === undefined ? [] : [plainLine(`  revert: branch ${revert.branch}`)]),
    ...(revert.commands.length === 0 ? [] : ['  tell Git, in a clone of the repository:']),
    ...revert.commands.map((command) => `    ${plainLine(command)}`),
    ...(revert.note === '' ? [] : [plainLine(`  ${revert.note}`)]),
    plainLine(`  see how it goes: halcyon why ${application}`),
  ]
}
