/** Compares what should be with what was applied and what is there, and says what to do, in which order, and why. Pure. */
import { parseRefKey } from '../../kube/object.ts'
import type { InventoryRecord } from '../../store/store.ts'
import { sameFingerprint } from '../diff/fingerprint.ts'
import { deletionGuard, emptyGuard, sharedGuard } from './guard.ts'
import { indexInventory } from './inventory.ts'
import { isCrd, orderDesired } from './namespaces.ts'
import { placePrunes, planPrunes } from './prune.ts'
import { shortRevision } from './revision.ts'
import { trackedBy } from './tracking.ts'
import type { Change, DesiredObject, LiveObject, Plan, PlanInput, Step } from './types.ts'
import { compareSteps } from './waves.ts'

/**
 * The plan of a sync or a heal. Equal inputs in any order give equal plans. Nothing outside the inventory is removed; what the cluster
 * holds but the inventory does not is only ever updated because a manifest names it.
 */
export function makePlan(input: PlanInput): Plan {
  const inventory = indexInventory(input.inventory)
  const wanted = input.kind === 'heal' ? input.desired.filter((object) => object.hook === undefined) : input.desired
  const ordered = orderDesired(wanted)
  const pruning = planPrunes(input, inventory.values())
  const context: Context = { input, inventory, short: shortRevision(input.revision) }
  const decided = ordered.map((object) => decide(object, context))
  const prunes = placePrunes(pruning.prunes, ordered, input)
  const runs = prunes.length > 0 || decided.some((change) => change?.outOfSync === true)
  const hooksRun = runs || input.initiatedBy === 'user'
  const steps = hooksRun && input.kind === 'sync' ? fullSteps(ordered, decided, prunes) : partialSteps(decided, prunes)
  return {
    application: input.application,
    revision: input.revision,
    kind: input.kind,
    steps,
    skipped: pruning.skipped,
    forget: pruning.forget,
    refused:
      emptyGuard(input, [...prunes, ...pruning.skipped]) ??
      sharedGuard(input, takenFromOthers(decided, context)) ??
      deletionGuard(input, prunes),
  }
}

/** True when there is nothing to do. Skipped prunes are nothing to do, but see plan/verdict.ts. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.steps.length === 0
}

interface Context {
  readonly input: PlanInput
  readonly inventory: ReadonlyMap<string, InventoryRecord>
  readonly short: string
}

/** The change that an object needs; undefined when it is as it should be. */
function decide(desired: DesiredObject, context: Context): Change | undefined {
  if (desired.hook !== undefined) return change('hook', desired, undefined, `${desired.phase} hook`)
  const live = context.input.live.get(desired.key)
  const record = context.inventory.get(desired.key)
  if (live === undefined) {
    const reason = record === undefined ? `new in ${context.short}` : 'missing in the cluster'
    return change('create', desired, record, reason)
  }
  if (live.deleting) return change('create', desired, record, 'being deleted, to be created again')
  const reason = updateReason(desired, live, record, context)
  return reason === '' ? undefined : change('update', desired, record, reason)
}

function updateReason(
  desired: DesiredObject,
  live: LiveObject,
  record: InventoryRecord | undefined,
  context: Context,
): string {
  if (record === undefined || record.desired === '') {
    const owner = foreignOwner(live, context)
    return owner === '' ? 'in the cluster already, not yet managed' : `taken over from application ${owner}`
  }
  if (record.desired !== desired.digest) return `changed in ${context.short}`
  if (record.fingerprint === '') return 'not verified since it was applied'
  return sameFingerprint(record.fingerprint, live.fingerprint) ? '' : 'drifted'
}

function foreignOwner(live: LiveObject, context: Context): string {
  if (isCrd(parseRefKey(live.key))) return ''
  const owner = trackedBy(live.key, live.trackingId)
  return owner === (context.input.trackingName ?? context.input.application) ? '' : owner
}

function takenFromOthers(decided: readonly (Change | undefined)[], context: Context) {
  return decided.flatMap((one) => {
    const live = one === undefined || one.action === 'hook' ? undefined : context.input.live.get(one.key)
    const owner = live === undefined ? '' : foreignOwner(live, context)
    return one === undefined || owner === '' ? [] : [{ change: one, owner }]
  })
}

function change(
  action: Change['action'],
  desired: DesiredObject,
  recorded: InventoryRecord | undefined,
  reason: string,
): Change {
  const { ref, key, phase, wave } = desired
  return { action, ref, key, phase, wave, reason, desired, recorded, outOfSync: action !== 'hook' }
}

/** A heal, or an automated sync without differences: only what differs, no hooks, no gates for what did not change. */
function partialSteps(decided: readonly (Change | undefined)[], prunes: readonly Change[]): Step[] {
  const changes = decided.filter((one) => one !== undefined && one.action !== 'hook') as Change[]
  return group([...prunes, ...changes], [])
}

function fullSteps(
  ordered: readonly DesiredObject[],
  decided: readonly (Change | undefined)[],
  prunes: readonly Change[],
): Step[] {
  const changes = decided.filter((one) => one !== undefined)
  const steps = group(
    [...prunes, ...changes],
    ordered.filter((_, index) => decided[index] === undefined),
  )
  const last = steps.findLastIndex((step) => step.phase !== 'SyncFail' && step.changes.length > 0)
  // A gate without anything behind it holds nothing back.
  return steps
    .filter((step, index) => index <= last || step.phase === 'SyncFail')
    .map((step, index) => (index < last || step.unchanged.length === 0 ? step : { ...step, unchanged: [] }))
    .filter((step) => step.changes.length > 0 || step.unchanged.length > 0)
}

/** Items keep their order inside a step; prunes must come first. */
function group(changes: readonly Change[], unchanged: readonly DesiredObject[]): Step[] {
  const steps = new Map<string, { phase: Step['phase']; wave: number; changes: Change[]; unchanged: string[] }>()
  const stepOf = (place: Pick<Step, 'phase' | 'wave'>) => {
    const id = `${place.phase} ${place.wave}`
    let step = steps.get(id)
    if (step === undefined) {
      step = { phase: place.phase, wave: place.wave, changes: [], unchanged: [] }
      steps.set(id, step)
    }
    return step
  }
  for (const one of changes) stepOf(one).changes.push(one)
  for (const object of unchanged) stepOf(object).unchanged.push(object.key)
  return [...steps.values()].sort(compareSteps)
}
