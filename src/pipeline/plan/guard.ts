/** What a plan must not do at all. Pure. */
import { refText } from '../../kube/object.ts'
import type { Change, Plan, PlanInput } from './types.ts'

/**
 * An automated sync that would leave nothing of an application is more often a mistake (a wrong path, an empty render) than a wish.
 * Argo CD's rule: automated, allowEmpty off, and every object would go. A person may.
 */
export function emptyGuard(input: PlanInput, prunes: readonly Change[]): Plan['refused'] {
  if (prunes.length === 0 || input.allowEmpty || input.initiatedBy !== 'automated') return undefined
  if (input.untouched.length > 0 || input.desired.some((object) => object.hook === undefined)) return undefined
  const all = prunes.length === 1 ? 'its only object' : `all ${prunes.length} objects`
  return {
    reason: 'PruneRefused',
    message: `Cannot sync ${input.application}: ${all} would be deleted; if that is meant, set syncPolicy.automated.allowEmpty: true or sync by hand`,
  }
}

/** FailOnSharedResource=true: nothing is taken from another application. `taken` are changes to objects that name another application. */
export function sharedGuard(input: PlanInput, taken: readonly { change: Change; owner: string }[]): Plan['refused'] {
  const [first] = taken
  if (first === undefined || !input.syncOptions.includes('FailOnSharedResource=true')) return undefined
  const more = taken.length > 1 ? ` (and ${taken.length - 1} more objects)` : ''
  return {
    reason: 'SharedResource',
    message: `Cannot sync ${input.application}: ${refText(first.change.ref)} belongs to application ${first.owner}${more}, and FailOnSharedResource=true`,
  }
}
