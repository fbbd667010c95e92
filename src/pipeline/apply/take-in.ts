/** Read-only mode still has to know the children of an app of apps: they are taken in, which writes to no cluster. Effect. */
import type { Plan } from '../plan/types.ts'
import type { Target } from './target.ts'

/** Applies what belongs to the set of applications and nothing else. */
export async function takeInApplications(plan: Plan, applications: Target, signal: AbortSignal): Promise<void> {
  for (const step of plan.steps) {
    for (const { desired } of step.changes) {
      if (desired !== undefined && applications.owns(desired.ref)) await applications.apply(desired, signal)
    }
  }
}
