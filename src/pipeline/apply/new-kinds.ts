/** After CRDs were established: waits until the cluster serves what they define. Effect: reads discovery. */
import { HalcyonError } from '../../api/errors.ts'
import { getBoolean, getList, getString } from '../../kube/fields.ts'
import type { GroupKind } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { DesiredObject } from '../plan/types.ts'
import type { Target } from './target.ts'

export interface NewKind extends GroupKind {
  readonly version: string
}

const firstPauseMs = 50
const longestPauseMs = 1_000
/** Discovery follows within a second or two; much longer means that something is wrong with the API server. */
const patienceMs = 30_000

/**
 * kube-apiserver calls a CRD established before its discovery documents list the kind, so one look after that is not enough.
 * Throws KindUnknown when they still do not after 30 s.
 */
export async function untilServed(
  crds: readonly DesiredObject[],
  target: Target,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const kinds = crds.flatMap(kindsServedBy)
  const end = clock.now() + patienceMs
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    await target.rediscover(signal)
    const missing = kinds.find((kind) => !target.serves(kind, kind.version))
    if (missing === undefined) return
    if (clock.now() >= end) {
      throw new HalcyonError(
        'KindUnknown',
        `Cannot find kind ${missing.kind} (${missing.group}/${missing.version}) in ${target.name}: its CRD is established, but the cluster has not served it for ${patienceMs / 1000} s`,
      )
    }
    await clock.sleep(pause, signal)
  }
}

/** What a CRD makes the cluster serve: a kind, at each of its served versions. */
export function kindsServedBy(crd: DesiredObject): NewKind[] {
  const spec = crd.object['spec']
  const kind = getString(spec, 'names', 'kind')
  if (kind === undefined) return []
  return getList(spec, 'versions')
    .filter((version) => getBoolean(version, 'served') === true)
    .map((version) => ({ group: getString(spec, 'group') ?? '', kind, version: getString(version, 'name') ?? '' }))
}
