/** How many applications are in which state. Pure. */
import type { ApplicationView, HealthStatus, SyncStatus } from './views.ts'

export interface ApplicationCounts {
  readonly applications: number
  readonly sync: Partial<Record<SyncStatus, number>>
  readonly health: Partial<Record<HealthStatus, number>>
}

type States = { readonly [Part in 'sync' | 'health']: Pick<ApplicationView[Part], 'status'> }

export function countStates(applications: Iterable<States>): ApplicationCounts {
  const counts = { applications: 0, sync: {} as ApplicationCounts['sync'], health: {} as ApplicationCounts['health'] }
  for (const { sync, health } of applications) {
    counts.applications++
    counts.sync[sync.status] = (counts.sync[sync.status] ?? 0) + 1
    counts.health[health.status] = (counts.health[health.status] ?? 0) + 1
  }
  return counts
}
