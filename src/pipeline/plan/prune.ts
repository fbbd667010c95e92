/** What is removed, what is kept and why, and in which wave. Only records of the inventory are looked at. Pure. */
import { argoGroup } from '../../api/names.ts'
import { parseRefKey } from '../../kube/object.ts'
import type { InventoryRecord } from '../../store/store.ts'
import { isCrd } from './namespaces.ts'
import { keptBy, parseOptions } from './options.ts'
import { shortRevision } from './revision.ts'
import { trackedBy } from './tracking.ts'
import type { Change, DesiredObject, Forgotten, PlanInput } from './types.ts'
import { comparePlaced } from './waves.ts'

export interface Pruning {
  /** In the order of removal: the reverse of the order of applying. */
  readonly prunes: readonly Change[]
  readonly skipped: readonly Change[]
  readonly forget: readonly Forgotten[]
}

/** `inventory` holds each key once. */
export function planPrunes(input: PlanInput, inventory: Iterable<InventoryRecord>): Pruning {
  const stays = new Set<string>(input.untouched)
  const hooks = new Set<string>()
  for (const object of input.desired) (object.hook === undefined ? stays : hooks).add(object.key)
  const appWide = keptBy(input.removal === true ? 'Delete' : 'Prune', parseOptions(input.syncOptions))
  const prunes: Change[] = []
  const skipped: Change[] = []
  const forget: Forgotten[] = []
  for (const record of inventory) {
    if (stays.has(record.key)) continue
    const released = releasedBecause(record, hooks, input)
    if (released !== '') {
      forget.push({ key: record.key, reason: released })
      continue
    }
    const kept = keptBecause(record, appWide, input)
    const change = removal(record, kept, input)
    ;(kept === '' ? prunes : skipped).push(change)
  }
  return {
    prunes: prunes.sort((a, b) => comparePlaced(b, a)),
    skipped: skipped.sort(comparePlaced),
    forget: forget.sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}

/** Why a record is none of our business any more; '' when it is. */
function releasedBecause(record: InventoryRecord, hooks: ReadonlySet<string>, input: PlanInput): string {
  const live = input.live.get(record.key)
  if (live === undefined) return 'gone from the cluster'
  if (hooks.has(record.key)) return 'became a hook'
  if (isCrd(parseRefKey(record.key))) return 'a CRD is never pruned: every object of its kind would go with it'
  // Applications live in Halcyon's own set, which knows no ids after a restart.
  if (live.trackingId === '' && parseRefKey(record.key).group === argoGroup) return ''
  const owner = trackedBy(record.key, live.trackingId)
  if (owner === (input.trackingName ?? input.application)) return ''
  return owner === '' ? 'its tracking id was removed' : `now belongs to application ${owner}`
}

/** Why an object that left Git stays in the cluster; '' when it goes. */
function keptBecause(record: InventoryRecord, appWide: string, input: PlanInput): string {
  const rules = input.live.get(record.key)?.pruneRules
  const own = (input.removal === true ? rules?.keepOnRemoval : rules?.keep) ?? ''
  if (own !== '') return `kept: ${own}`
  if (appWide !== '') return `kept: ${appWide}`
  return input.prune || input.removal === true ? '' : 'kept: pruning is off'
}

function removedBecause(input: PlanInput): string {
  return input.removal === true ? 'the application is removed' : `removed in ${shortRevision(input.revision)}`
}

function removal(record: InventoryRecord, kept: string, input: PlanInput): Change {
  return {
    action: kept === '' ? 'prune' : 'skip',
    ref: parseRefKey(record.key),
    key: record.key,
    phase: 'Sync',
    wave: record.wave,
    reason: kept === '' ? removedBecause(input) : kept,
    desired: undefined,
    recorded: record,
    outOfSync: input.live.get(record.key)?.pruneRules?.ignoreExtraneous !== true,
  }
}

/**
 * The waves of prunes run in reverse: the waves that occur are swapped end for end, first with last (Argo CD), and objects with
 * PruneLast go one wave after the last wave of Sync.
 */
export function placePrunes(prunes: readonly Change[], applied: readonly DesiredObject[], input: PlanInput): Change[] {
  const waves = [...new Set(prunes.map((change) => change.wave))].sort((a, b) => a - b)
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]))
  const placed = prunes.map((change) => ({ ...change, wave: mirrored.get(change.wave) ?? change.wave }))
  const allLast = parseOptions(input.syncOptions).get('PruneLast') === 'true'
  const isLast = (change: Change) => allLast || input.live.get(change.key)?.pruneRules?.last === true
  if (!placed.some(isLast)) return placed
  const inSync = [...placed, ...applied.filter((object) => object.phase === 'Sync')]
  const last = Math.max(0, ...inSync.map((one) => one.wave)) + 1
  return placed.map((change) => (isLast(change) ? { ...change, wave: last } : change))
}
