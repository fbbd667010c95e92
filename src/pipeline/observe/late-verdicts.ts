/** Verdicts that come later than the object they are about. Effects: none but its own bookkeeping. */
import type { LiveObject } from '../plan/types.ts'
import type { HealthVerdict } from './health/index.ts'

export interface LateVerdicts {
  /** Calls `settle` with the verdict, once. */
  expect(verdict: Promise<HealthVerdict | undefined>, settle: (verdict: HealthVerdict | undefined) => void): void
  /** Resolves when what is expected now has come; at once when nothing is. */
  settled(): Promise<void>
}

export function createLateVerdicts(): LateVerdicts {
  const pending = new Set<Promise<void>>()
  return {
    expect(verdict, settle) {
      const done: Promise<void> = verdict.then(settle).finally(() => pending.delete(done))
      pending.add(done)
    },
    settled: async () => {
      await Promise.all(pending)
    },
  }
}

/**
 * What to say until the verdict is there. A change that the cluster reports keeps the last verdict for the moment it takes, or every
 * status update would flicker. What we have just written ourselves does not: its old verdict would let a wave pass. Pure.
 */
export function meanwhile(
  previous: LiveObject | undefined,
  uid: string,
  resourceVersion: string,
  written: boolean,
): HealthVerdict | undefined {
  const unchanged = previous?.resourceVersion === resourceVersion
  if (previous === undefined || previous.uid !== uid || (written && !unchanged)) {
    return { status: 'Progressing', message: 'waiting for its health check' }
  }
  return previous.health === '' ? undefined : { status: previous.health, message: previous.message }
}
