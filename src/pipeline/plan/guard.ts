/** What a plan must not do at all, or not without a person. Pure. */
import { digestOf } from '../../kube/canonical.ts'
import { refText } from '../../kube/object.ts'
import { holdsData } from './data-kinds.ts'
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

/** How many deletes need no person. */
export interface DeletionRules {
  /** So many are always allowed; above it the share counts. */
  readonly maxDelete: number
  /** Of the inventory. */
  readonly maxDeletePercent: number
  /** Kinds that hold data need an approval, whatever their number. */
  readonly protectData: boolean
}

export const defaultDeletionRules: DeletionRules = { maxDelete: 5, maxDeletePercent: 30, protectData: true }

/**
 * Deletes beyond the budget, and of what holds data, wait for a person who names this very set of deletes. Objects that say
 * `halcyon.dev/deletion: allowed` need nobody. When an application is removed everything goes, so only data counts then.
 */
export function deletionGuard(input: PlanInput, prunes: readonly Change[]): Plan['refused'] {
  const { deletion } = input
  if (deletion === undefined || prunes.length === 0) return undefined
  const guarded = prunes.filter((change) => input.live.get(change.key)?.pruneRules?.freely !== true)
  // A part of what was approved needs no second word: after a crash in the middle, less is left to delete.
  if (prunes.every((change) => deletion.approved.has(change.key))) return undefined
  const plan = deletesDigest(prunes)
  const approval = { plan, keys: prunes.map((change) => change.key) }
  const total = new Set(input.inventory.map((record) => record.key)).size
  const allowed = Math.max(deletion.rules.maxDelete, Math.floor((total * deletion.rules.maxDeletePercent) / 100))
  const verb = input.removal === true ? 'delete' : 'sync'
  const ask = `approve once: halcyon approve ${input.application} --plan ${plan}`
  const data = deletion.rules.protectData ? guarded.filter((change) => holdsData(change.ref)) : []
  const [first] = data
  if (first !== undefined) {
    const more = data.length > 1 ? ` and ${data.length - 1} more that hold data` : ', which holds data,'
    return {
      reason: 'DeletionGuard',
      message: `Cannot ${verb} ${input.application}: ${refText(first.ref)}${more} would be deleted; ${ask}`,
      approval,
    }
  }
  if (input.removal === true || guarded.length <= allowed) return undefined
  const rule = `${allowed} (${deletion.rules.maxDeletePercent} %, at least ${deletion.rules.maxDelete})`
  return {
    reason: 'DeletionGuard',
    message: `Cannot sync ${input.application}: ${guarded.length} of ${total} objects would be deleted, the guard allows ${rule}; ${ask}`,
    approval,
  }
}

/** Names a set of deletes, whatever the revision and the order. */
export function deletesDigest(prunes: readonly Change[]): string {
  return digestOf(prunes.map((change) => change.key).sort())
    .replace(/^sha256:/, '')
    .slice(0, 8)
}
