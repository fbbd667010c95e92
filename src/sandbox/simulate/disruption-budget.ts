/** PodDisruptionBudgets: nothing is evicted here, so every budget is reported as observed, with room for one disruption. */
import type { KubeObject } from '../../kube/object.ts'
import { withCondition } from './conditions.ts'
import type { Context, Controller } from './controller.ts'
import { controllerManager, writeStatus } from './controller.ts'
import type { Condition } from './types.ts'

export const disruptionBudgetController: Controller = {
  kind: { group: 'policy', kind: 'PodDisruptionBudget' },
  reconcile,
}

type Budget = KubeObject & { status?: { conditions?: Condition[] } }

function reconcile(context: Context, object: KubeObject): undefined {
  const budget = object as Budget
  if (budget.metadata.deletionTimestamp !== undefined) return undefined
  const allowed = { type: 'DisruptionAllowed', status: 'True' as const, reason: 'SufficientPods', message: '' }
  const status = {
    conditions: withCondition(budget.status?.conditions, allowed, context.clock.now()),
    currentHealthy: 1,
    desiredHealthy: 0,
    disruptionsAllowed: 1,
    expectedPods: 1,
    observedGeneration: budget.metadata.generation ?? 1,
  }
  writeStatus(context, budget, status, controllerManager)
  return undefined
}
