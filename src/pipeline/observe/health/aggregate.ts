/** Health of an application from the health of its objects. Pure. */
import { argoGroup } from '../../../api/names.ts'
import type { HealthStatus } from '../../../api/views.ts'

/** Best to worst (Argo CD). */
export const healthOrder: readonly HealthStatus[] = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
]

const ranks: ReadonlyMap<string, number> = new Map(healthOrder.map((status, rank) => [status, rank]))

/** One object of the application; hooks are left out by the caller. */
export interface HealthMember {
  readonly key: string
  /** '' = has no health, or must not count (`ignore-healthcheck`). Missing = not in the cluster. */
  readonly status: HealthStatus | ''
  readonly message: string
}

export interface AggregateVerdict {
  readonly status: HealthStatus
  readonly message: string
  /** The object that decided; undefined when all is well. Of several the first by key. */
  readonly key: string | undefined
}

/**
 * The worst counts. A missing object does not make the application Missing unless all are (Argo CD since 3.4: OutOfSync says it
 * already). Children (Applications) that are Missing or Unknown do not count, nor do Jobs and CronJobs that somebody suspended: that
 * is a state they may stay in for good. An application without objects is Healthy.
 */
export function aggregateHealth(members: readonly HealthMember[]): AggregateVerdict {
  let worst: HealthMember | undefined
  let present = false
  for (const member of members) {
    if (member.status !== 'Missing') present = true
    if (!counts(member)) continue
    if (worst === undefined || isWorse(member, worst)) worst = member
  }
  const [first] = members
  if (first !== undefined && !present)
    return { status: 'Missing', message: allMissing(members), key: lowestKey(members) }
  if (worst === undefined) return { status: 'Healthy', message: '', key: undefined }
  return { status: worst.status as HealthStatus, message: worst.message, key: worst.key }
}

function counts(member: HealthMember): boolean {
  const { status, key } = member
  if (status === '' || status === 'Healthy' || status === 'Missing') return false
  if (status === 'Unknown') return !key.startsWith(`${argoGroup}/Application/`)
  return status !== 'Suspended' || !key.startsWith('batch/')
}

function isWorse(a: HealthMember, b: HealthMember): boolean {
  const difference = (ranks.get(a.status) ?? 0) - (ranks.get(b.status) ?? 0)
  return difference > 0 || (difference === 0 && a.key < b.key)
}

function lowestKey(members: readonly HealthMember[]): string | undefined {
  return members.reduce<string | undefined>((low, { key }) => (low === undefined || key < low ? key : low), undefined)
}

function allMissing(members: readonly HealthMember[]): string {
  return members.length === 1 ? 'not in the cluster' : `not in the cluster, like all ${members.length} objects`
}
