/** Writes decisions down: what went in, the rule, the outcome and the reason. The same decision again is no news. Effect: the store. */
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'

export interface Decision {
  readonly rule: string
  /** JSON; replaying `rule` with it gives `outcome`. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outcome: string
  readonly reason: string
}

export function recordDecision(context: ControllerContext, app: ManagedApplication, decision: Decision): void {
  const { rule, inputs, outcome, reason } = decision
  // Looked at every few seconds, a wait is one decision; of another state, or for another reason, it is another.
  const identity = `${rule} ${outcome} ${reason} ${app.rendered?.digest ?? ''} ${app.attempts?.count ?? 0} ${app.heals.count}`
  if (app.decided === identity) return
  app.decided = identity
  context.store.appendDecision({
    at: new Date(context.clock.now()).toISOString(),
    application: app.name,
    rule,
    inputs,
    outcome,
    reason,
  })
}
