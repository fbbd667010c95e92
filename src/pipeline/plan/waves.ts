/** Sync waves, phases, and the order of objects that follows from them. Pure. */
import { helmHookWeightAnnotation, syncWaveAnnotation } from '../../api/names.ts'
import type { SyncPhase } from '../../api/views.ts'
import type { ObjectRef } from '../../kube/object.ts'
import { kindRank } from './kind-order.ts'

const integer = /^[+-]?\d{1,9}$/

/** `sync-wave`, else Helm's hook weight, else 0. What does not parse as an integer counts as absent (Argo CD: strconv.Atoi). */
export function waveOf(annotations: Readonly<Record<string, string>> | undefined): number {
  if (annotations === undefined) return 0
  return integerOf(annotations[syncWaveAnnotation]) ?? integerOf(annotations[helmHookWeightAnnotation]) ?? 0
}

function integerOf(text: unknown): number | undefined {
  // `+ 0` turns -0 into 0: both name the same wave.
  return typeof text === 'string' && integer.test(text) ? Number(text) + 0 : undefined
}

export const phaseOrder: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail']
/** The phases of the deletion of an application, around the removal of its objects (which counts as Sync). */
export const deletePhases: readonly SyncPhase[] = ['PreDelete', 'PostDelete']

const phaseRanks: Readonly<Record<SyncPhase, number>> = {
  PreDelete: 0,
  PreSync: 1,
  Sync: 2,
  PostSync: 3,
  SyncFail: 4,
  PostDelete: 5,
}

/** What has a place in the order of a sync. */
export interface Placed {
  readonly ref: ObjectRef
  readonly key: string
  readonly phase: SyncPhase
  readonly wave: number
}

/** Phase, then wave: the order of steps. */
export function compareSteps(a: Pick<Placed, 'phase' | 'wave'>, b: Pick<Placed, 'phase' | 'wave'>): number {
  return phaseRanks[a.phase] - phaseRanks[b.phase] || a.wave - b.wave
}

/** Phase, wave, kind order, name (Argo CD's sort key), then the key, so that the order never depends on the input's. */
export function comparePlaced(a: Placed, b: Placed): number {
  return (
    compareSteps(a, b) ||
    kindRank(a.ref.kind) - kindRank(b.ref.kind) ||
    compareText(a.ref.name, b.ref.name) ||
    compareText(a.key, b.key)
  )
}

/** By UTF-16 code unit: the same on every machine, unlike localeCompare, and much faster. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
