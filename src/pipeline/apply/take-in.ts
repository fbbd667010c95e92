/** Read-only mode still has to know the children of an app of apps: they are taken in, which writes to no cluster. Effect. */
import type { Plan } from '../plan/types.ts'
import type { Target } from './target.ts'

/** Applies what belongs to the set of applications and nothing else. */
export async function takeInApplications(plan: Plan, applications: Target, signal: AbortSignal): Promise<void> {
  await takeInProjects(plan, applications, signal)
  for (const step of plan.steps) {
    for (const { desired } of step.changes) {
      if (desired !== undefined && applications.owns(desired.ref)) await applications.apply(desired, signal)
    }
  }
}

/**
 * AppProjects are rules and not workloads: they count from the moment a sync begins, before any application of the same commit is looked at.
 * The operation applies them again in their order, which changes nothing.
 */
export async function takeInProjects(plan: Plan, applications: Target, signal: AbortSignal): Promise<void> {
  for (const step of plan.steps) {
    for (const { desired } of step.changes) {
      if (desired?.ref.kind === 'AppProject' && applications.owns(desired.ref))
        await applications.apply(desired, signal)
    }
  }
}
