/** What an undo did, as people read it. Pure. */
import type { UndoView } from '../../api/hold.ts'
import { quarantinedText } from '../../api/verdict/hold-text.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { shortRevision } from '../../api/verdict/revision.ts'

export function undoLines(undo: UndoView): string[] {
  const { application, from, to, hold, revert } = undo
  const quarantined = quarantinedText(hold)
  return [
    plainLine(`${application}: ${shortRevision(from)} -> ${shortRevision(to)}`),
    indented(`held at ${shortRevision(to)} until ${quarantined} is reverted or replaced by a commit that changes it`),
    ...(revert.branch === undefined ? [] : [indented(`revert: branch ${revert.branch}`)]),
    ...(revert.commands.length === 0 ? [] : ['  tell Git, in a clone of the repository:']),
    ...revert.commands.map((command) => `    ${plainLine(command)}`),
    ...(revert.note === '' ? [] : [indented(revert.note)]),
    indented(`see how it goes: halcyon why ${application}`),
  ]
}

/** plainLine drops what leads a line. */
function indented(text: string): string {
  return `  ${plainLine(text)}`
}
