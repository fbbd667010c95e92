/** Where an undo goes: the newest state that was applied whole and is not what is there now. Pure. */
import { HalcyonError } from '../../api/errors.ts'

/** Of a past sync, what choosing needs. Newest first. */
export interface PastSync {
  readonly id: number
  readonly revisions: readonly string[]
  readonly bundle: string
  readonly phase: string
  readonly finishedAt: string
}

/**
 * `to`: a revision (or the start of one) or the id of a past sync. Without it: the newest success of another content than the newest try,
 * so that a failed sync goes back to what was live, and a good one to what was before it. Throws NotFound for what was never applied
 * here, naming what was, and UsageInvalid when there is nothing before.
 */
export function chooseUndo<Past extends PastSync>(
  history: readonly Past[],
  application: string,
  to: string | undefined,
): Past {
  const applied = history.filter((past) => past.phase === 'Succeeded')
  if (to !== undefined) return named(applied, application, to)
  const chosen = applied.find((past) => past.bundle !== history[0]?.bundle)
  if (chosen === undefined) {
    throw new HalcyonError('UsageInvalid', `Cannot undo ${application}: nothing else was ever applied here`)
  }
  return chosen
}

function named<Past extends PastSync>(applied: readonly Past[], application: string, to: string): Past {
  const found = applied.find((past) => past.revisions[0]?.startsWith(to) || String(past.id) === to)
  if (found !== undefined) return found
  const known = [...new Set(applied.map((past) => past.revisions[0]?.slice(0, 7) ?? ''))].slice(0, 5)
  const what = known.length === 0 ? 'nothing was' : `applied were ${known.join(', ')}`
  throw new HalcyonError('NotFound', `Cannot undo ${application} to ${to}: it was never applied here; ${what}`)
}
