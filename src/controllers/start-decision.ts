/** Whether an operation that nobody asked for may start now, by which rule, and why. Pure: what goes in is stored, and replays. */
import type { Retry } from '../api/application.ts'
import type { Reason } from '../api/reasons.ts'
import { decideRetry, healDelayMs } from './retry-decision.ts'

/** JSON through and through, so that a stored decision can be made again. Times in ms. */
export interface StartInput {
  readonly kind: 'sync' | 'heal'
  readonly enabled: boolean
  readonly selfHeal: boolean
  /** Failed tries of this very state. */
  readonly attempts?: {
    readonly failed: number
    readonly lastAt: number
    readonly reason: Reason
    readonly applied: boolean
  }
  readonly retry?: Retry
  readonly heals: { readonly count: number; readonly lastAt: number }
  readonly now: number
}

export type StartRule = 'automated-sync' | 'self-heal' | 'retry' | 'sync'

export interface StartDecision {
  readonly rule: StartRule
  /** `stop`: nothing happens by itself any more. */
  readonly outcome: 'start' | 'wait' | 'stop'
  readonly because: string
  /** Of `wait`. */
  readonly untilMs?: number
}

/** After so long without a heal the pauses begin anew. */
const quietMs = 600_000

/** The switches of the sync policy come first, then the pauses between tries, then the pauses between heals. */
export function decideStart(input: StartInput): StartDecision {
  const { attempts, kind, heals, now } = input
  if (!input.enabled) return { rule: 'automated-sync', outcome: 'stop', because: 'automated sync is off' }
  if (kind === 'heal' && !input.selfHeal) return { rule: 'self-heal', outcome: 'stop', because: 'self-heal is off' }
  if (attempts !== undefined) {
    const decision = decideRetry({ ...attempts, now, retry: input.retry })
    if (decision.kind === 'stop') return { rule: 'retry', outcome: 'stop', because: decision.because }
    if (decision.kind === 'wait')
      return { rule: 'retry', outcome: 'wait', because: decision.because, untilMs: decision.untilMs }
    if (kind === 'sync') return { rule: 'retry', outcome: 'start', because: decision.because }
  }
  if (kind === 'sync') return { rule: 'sync', outcome: 'start', because: 'Git and the cluster differ' }
  const pauseMs = now - heals.lastAt > quietMs ? 0 : healDelayMs(heals.count)
  const untilMs = heals.lastAt + pauseMs
  if (untilMs > now) {
    const because = `healed ${heals.count} times in a row, ${Math.round(pauseMs / 1000)} s between two`
    return { rule: 'self-heal', outcome: 'wait', because, untilMs }
  }
  return { rule: 'self-heal', outcome: 'start', because: 'the cluster was changed, Git was not' }
}
