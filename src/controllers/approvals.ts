/** Deletes that wait for a person: what may pass, and the word that lets it. */
import { HalcyonError } from '../api/errors.ts'
import type { ApprovalView } from '../api/views.ts'
import { parseRefKey, refText } from '../kube/object.ts'
import type { PlanInput } from '../pipeline/plan/types.ts'
import { type ManagedApplication, toRecord } from './application-state.ts'
import { type ControllerContext, report } from './context.ts'
import type { Policy } from './policy.ts'
import { recordDecision } from './record-decision.ts'
import { setProblem } from './verdicts.ts'

/** An approval that nobody used in this time is none. */
const approvalMs = 60 * 60_000

/** The guard of the next plan, with what was approved and has not expired. */
export function deletionOf(app: ManagedApplication, policy: Policy, now: number): Pick<PlanInput, 'deletion'> {
  if (policy.deletion === undefined) return {}
  const { approved } = app
  const isValid = approved !== undefined && Date.parse(approved.until) > now
  return { deletion: { rules: policy.deletion, approved: new Set(isValid ? approved.keys : []) } }
}

/** A plan that must not run: said once, with what it would take. */
export function noteRefusal(
  context: ControllerContext,
  app: ManagedApplication,
  plan: { readonly revision: string; readonly kind: string; readonly changes: number },
): void {
  const { refusal } = app
  if (refusal === undefined) return
  setProblem(context, app, 'SyncRefused', refusal.reason, refusal.message)
  recordDecision(context, app, {
    rule: 'guard',
    inputs: {
      ...plan,
      reason: refusal.reason,
      ...(refusal.approval === undefined ? {} : { deletes: refusal.approval.keys }),
    },
    outcome: 'refuse',
    reason: refusal.message,
  })
}

/** The question of the guard, as people see it. */
export function approvalView({ refusal }: ManagedApplication): { approval?: ApprovalView } {
  if (refusal?.approval === undefined) return {}
  const { plan, keys } = refusal.approval
  return { approval: { plan, message: refusal.message, deletes: keys.map(parseRefKey) } }
}

/** Lets pass what was refused, when it still is what the person saw. Throws UsageInvalid when nothing waits, DeletionGuard when it changed. */
export async function approve(
  context: ControllerContext,
  app: ManagedApplication,
  request: { readonly plan: string; readonly initiatedBy: string },
): Promise<void> {
  const waiting = app.refusal?.approval
  if (waiting === undefined) {
    throw new HalcyonError('UsageInvalid', `Cannot approve deletes of ${app.name}: none wait for it`)
  }
  if (waiting.plan !== request.plan) {
    const names = waiting.keys.slice(0, 5).map((key) => refText(parseRefKey(key)))
    const more = waiting.keys.length > names.length ? ` and ${waiting.keys.length - names.length} more` : ''
    throw new HalcyonError(
      'DeletionGuard',
      `Cannot approve plan ${request.plan} of ${app.name}: what would be deleted changed, it is ${names.join(', ')}${more}; that is plan ${waiting.plan}`,
    )
  }
  const until = new Date(context.clock.now() + approvalMs).toISOString()
  app.approved = { plan: waiting.plan, keys: waiting.keys, who: request.initiatedBy, until }
  app.attempts = undefined
  await context.store.putApplication(toRecord(app))
  report(context, {
    type: 'DeletesApproved',
    application: app.name,
    message: `${waiting.keys.length} deletes approved by ${request.initiatedBy}`,
    data: { plan: waiting.plan, deletes: waiting.keys },
  })
  context.queue.add(app.name, 'high')
}
