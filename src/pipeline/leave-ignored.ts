/** Between plan and apply: differences that `ignoreDifferences` allows are no differences, and fields to respect are left alone. Effect: reads only. */
import type { IgnoreRule } from '../api/application.ts'
import { fieldManager } from '../api/names.ts'
import type { GroupKind } from '../kube/object.ts'
import type { Target } from './apply/target.ts'
import { sameFingerprint } from './diff/fingerprint.ts'
import { leaveFields } from './diff/ignore/leave.ts'
import { rulesFor } from './diff/ignore/rules.ts'
import { ignoredPaths } from './ignored-paths.ts'
import type { Jq } from './jq/jq.ts'
import type { Change, DesiredObject, Plan } from './plan/types.ts'

export interface Ignoring {
  readonly rules: readonly IgnoreRule[]
  /** `RespectIgnoreDifferences=true`: ignored fields are left alone in a sync, too. */
  readonly respect: boolean
  readonly jq: Jq
}

export interface IgnoredPlan {
  readonly plan: Plan
  /** Objects that differ in ignored fields only, and that the plan does not touch any more. */
  readonly unchanged: readonly DesiredObject[]
}

/**
 * Looks at each update of an object that a rule is about. What drifted in ignored fields only leaves the plan: the server is asked
 * (dry run) whether the rest is as it should be. With `respect`, and whenever an object is taken over that was there before us, the
 * ignored fields keep their live values. Throws SpecInvalid for an expression that jq refuses.
 */
export async function leaveIgnored(
  plan: Plan,
  ignoring: Ignoring,
  targetOf: (kind: GroupKind) => Target,
  signal: AbortSignal,
): Promise<IgnoredPlan> {
  if (ignoring.rules.length === 0) return { plan, unchanged: [] }
  const unchanged: DesiredObject[] = []
  const looked = await Promise.all(
    plan.steps.map(async (step) => {
      const changes = await Promise.all(step.changes.map((change) => look(change, ignoring, targetOf, signal)))
      for (const [index, change] of changes.entries()) {
        const { desired } = step.changes[index]!
        if (change === undefined && desired !== undefined) unchanged.push(desired)
      }
      return { ...step, changes: changes.filter((change) => change !== undefined) }
    }),
  )
  const steps = looked.filter((step) => step.changes.length > 0 || step.unchanged.length > 0)
  const isEmpty = steps.every((step) => step.changes.length === 0)
  return { plan: { ...plan, steps: isEmpty ? [] : steps }, unchanged }
}

/** Undefined: nothing is left to do. */
async function look(
  change: Change,
  ignoring: Ignoring,
  targetOf: (kind: GroupKind) => Target,
  signal: AbortSignal,
): Promise<Change | undefined> {
  const { desired, recorded } = change
  if (change.action !== 'update' || desired === undefined) return change
  const rules = rulesFor(ignoring.rules, change.ref)
  if (rules.length === 0) return change
  const target = targetOf(change.ref)
  const live = await target.read(change.ref, signal)
  if (live === undefined) return change
  const paths = await ignoredPaths(rules, change.ref, live, ignoring.jq, signal)
  const object = leaveFields(desired.object, live, paths, fieldManager)
  if (object === desired.object) return change
  const isTakenOver = recorded === undefined || recorded.desired === ''
  if (recorded?.desired === desired.digest) {
    const { fingerprint } = await target.predict({ ...desired, object }, signal)
    if (sameFingerprint(target.live(change.key)?.fingerprint ?? '', fingerprint)) return undefined
  }
  return ignoring.respect || isTakenOver ? { ...change, desired: { ...desired, object } } : change
}
