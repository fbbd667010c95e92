/** Judges whether a step of a sync is over: every object healthy, every hook finished, every pruned object gone. Pure. */
import type { HealthStatus } from '../../api/views.ts'
import { type ObjectRef, parseRefKey } from '../../kube/object.ts'
import type { LiveObject } from '../plan/types.ts'

/** One thing a step waits for. */
export interface Awaited {
  readonly key: string
  readonly kind: 'object' | 'hook' | 'prune'
  /** When the object was applied, in ms; a verdict from before the write may still be shown for a moment. */
  readonly appliedAt: number
  /** The last health seen of a hook, kept because a Job may vanish by its TTL before anyone looks. */
  readonly lastSeen?: HealthStatus | ''
}

export type GateVerdict =
  | { readonly kind: 'passed' }
  | {
      readonly kind: 'waiting'
      readonly ref: ObjectRef
      readonly message: string
      readonly lookAgainMs: number | undefined
    }
  | { readonly kind: 'failed'; readonly ref: ObjectRef; readonly hook: boolean; readonly message: string }

/** How long a Degraded verdict must stand after a write before it fails the step: kinds without observedGeneration show their old status at first. */
export const degradedSettleMs = 3_000

type Single = GateVerdict | { readonly kind: 'vanished' }

function judgeOne(awaited: Awaited, live: LiveObject | undefined, now: number): Single {
  const ref = parseRefKey(awaited.key)
  if (awaited.kind === 'prune') {
    if (live === undefined) return { kind: 'passed' }
    return { kind: 'waiting', ref, message: 'being deleted', lookAgainMs: undefined }
  }
  const hook = awaited.kind === 'hook'
  if (live === undefined) {
    if (hook && awaited.lastSeen === 'Healthy') return { kind: 'passed' }
    return { kind: 'failed', ref, hook, message: 'it disappeared while the sync waited for it' }
  }
  if (live.deleting && !hook) return { kind: 'waiting', ref, message: 'being deleted', lookAgainMs: undefined }
  switch (live.health) {
    case '':
    case 'Healthy':
    case 'Suspended':
      return { kind: 'passed' }
    case 'Degraded': {
      const settledIn = awaited.appliedAt + degradedSettleMs - now
      if (hook || settledIn <= 0) return { kind: 'failed', ref, hook, message: live.message }
      return { kind: 'waiting', ref, message: live.message, lookAgainMs: settledIn }
    }
    default:
      return { kind: 'waiting', ref, message: live.message, lookAgainMs: undefined }
  }
}

/** Failure beats waiting beats passing; of several that wait, the first in the given order is named. */
export function judgeStep(
  awaited: readonly Awaited[],
  live: (key: string) => LiveObject | undefined,
  now: number,
): GateVerdict {
  let waiting: GateVerdict | undefined
  let soonest: number | undefined
  for (const one of awaited) {
    const verdict = judgeOne(one, live(one.key), now)
    if (verdict.kind === 'failed') return verdict
    if (verdict.kind === 'waiting') {
      waiting ??= verdict
      if (verdict.lookAgainMs !== undefined) soonest = Math.min(soonest ?? verdict.lookAgainMs, verdict.lookAgainMs)
    }
  }
  if (waiting?.kind === 'waiting') return { ...waiting, lookAgainMs: soonest }
  return { kind: 'passed' }
}
