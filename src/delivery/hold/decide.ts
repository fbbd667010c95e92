/** Whether a hold still holds, and why. Pure: a stored decision can be made again. */
import type { Hold } from '../../api/hold.ts'

/** JSON through and through. */
export interface HoldInput {
  readonly hold: Pick<Hold, 'revisions' | 'quarantined' | 'lift' | 'until'>
  /** What the tracked revisions are now. */
  readonly revisions: readonly string[]
  /** What they render to; undefined = not rendered. */
  readonly digest: string | undefined
  /** What the held revisions render to; undefined = not known. */
  readonly heldDigest: string | undefined
  /** In ms. */
  readonly now: number
}

export interface HoldDecision {
  readonly outcome: 'held' | 'lifted'
  readonly because: string
}

/** True when only a render of the tracked revisions can tell: they are neither what is held nor what is quarantined. */
export function needsRender({ hold, revisions, now }: Omit<HoldInput, 'digest' | 'heldDigest'>): boolean {
  return hold.lift === 'newer' && !isOver(hold, now) && !isQuarantined(hold, revisions)
}

/** Time first, then the rule: a hold for a person's word is lifted by nothing else. */
export function decideHold(input: HoldInput): HoldDecision {
  const { hold, revisions, digest, heldDigest, now } = input
  if (isOver(hold, now)) return { outcome: 'lifted', because: `it was to last until ${hold.until}` }
  if (hold.lift === 'person') return { outcome: 'held', because: 'a person lifts it' }
  const tracked = revisions[0]?.slice(0, 7) ?? ''
  if (isQuarantined(hold, revisions)) return { outcome: 'held', because: `${tracked} is quarantined` }
  if (digest === undefined) return { outcome: 'held', because: `what ${tracked} renders to is not known` }
  if (hold.quarantined.some((one) => one.digest === digest)) {
    return { outcome: 'held', because: `${tracked} renders to what is quarantined` }
  }
  if (digest === heldDigest)
    return { outcome: 'lifted', because: `${tracked} says again what is held: it was reverted` }
  return { outcome: 'lifted', because: `${tracked} is newer and renders to something else` }
}

function isOver(hold: Pick<Hold, 'until'>, now: number): boolean {
  return hold.until !== undefined && Date.parse(hold.until) <= now
}

function isQuarantined(hold: Pick<Hold, 'quarantined'>, revisions: readonly string[]): boolean {
  return revisions[0] !== undefined && hold.quarantined.some((one) => one.revision === revisions.join(' '))
}
