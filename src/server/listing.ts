/** Lists and the overview of a fleet, with the verdicts that all screens print. Pure. */

import { byUrgency, type Group, type Verdict, verdictsOf } from '../api/verdict/verdict.ts'
import type { ApplicationView, ListedApplication, OverviewView } from '../api/views.ts'

export interface ListQuery {
  readonly project?: string | undefined
  readonly sync?: string | undefined
  readonly health?: string | undefined
  readonly group?: Group | 'held' | undefined
  readonly q?: string | undefined
}

export const sortOrders = ['urgency', 'name', 'changed'] as const
export type SortOrder = (typeof sortOrders)[number]

/** `q` is a part of the name, project, namespace, cluster, repository, path or message. */
export function matching(
  applications: readonly ApplicationView[],
  verdicts: ReadonlyMap<string, Verdict>,
  query: ListQuery,
): ApplicationView[] {
  const q = query.q?.toLowerCase()
  return applications.filter(
    (one) =>
      (query.project === undefined || one.project === query.project) &&
      (query.sync === undefined || one.sync.status === query.sync) &&
      (query.health === undefined || one.health.status === query.health) &&
      (query.group === undefined ||
        (query.group === 'held' ? one.hold !== undefined : verdicts.get(one.name)?.group === query.group)) &&
      (q === undefined || wordsOf(one).some((word) => word.toLowerCase().includes(q))),
  )
}

function wordsOf({ name, project, destination, sources, message }: ApplicationView): string[] {
  const from = sources.flatMap((source) => [source.repoURL, source.path ?? '', source.chart ?? ''])
  return [name, project, destination.namespace, destination.cluster, message, ...from]
}

const groupRank: Readonly<Record<Group, number>> = { needsYou: 0, shipping: 1, waiting: 2, quiet: 3 }

/** A text that sorts as people want it and ends with the name, so that no two are equal: the cursor names it. */
export function sortKey(order: SortOrder, application: ApplicationView, verdict: Verdict | undefined): string {
  if (order === 'name') return application.name
  if (order === 'changed') return `${descending(changedAt(application))} ${application.name}`
  const group = verdict?.group ?? 'quiet'
  return `${groupRank[group]} ${group === 'quiet' ? '' : (verdict?.since ?? '')} ${application.name}`
}

function changedAt({ sync, health, operation }: ApplicationView): number {
  const times = [sync.since, health.since, operation?.finishedAt ?? operation?.startedAt ?? '']
  return Math.max(0, ...times.map((time) => Date.parse(time)).filter((time) => !Number.isNaN(time)))
}

function descending(ms: number): string {
  return String(Number.MAX_SAFE_INTEGER - ms).padStart(16, '0')
}

/** At most `limit` of each group. */
export function overview(applications: readonly ApplicationView[], now: number, limit: number): OverviewView {
  const verdicts = verdictsOf(applications, now)
  const groups: Record<Group, ListedApplication[]> = { needsYou: [], shipping: [], waiting: [], quiet: [] }
  for (const application of applications) {
    const verdict = verdicts.get(application.name)
    if (verdict !== undefined) groups[verdict.group].push({ ...application, verdict })
  }
  const compare = byUrgency(verdicts)
  const first = (group: Group) => groups[group].sort(compare).slice(0, limit)
  const changed = applications.reduce((last, one) => Math.max(last, changedAt(one)), 0)
  const observed = applications.map((one) => one.observedAt).sort()[0]
  return {
    applications: applications.length,
    counts: {
      needsYou: groups.needsYou.length,
      shipping: groups.shipping.length,
      waiting: groups.waiting.length,
      quiet: groups.quiet.length,
    },
    held: applications.filter((one) => one.hold !== undefined).length,
    needsYou: first('needsYou'),
    shipping: first('shipping'),
    waiting: first('waiting'),
    ...(changed === 0 ? {} : { lastChange: new Date(changed).toISOString() }),
    ...(observed === undefined ? {} : { observedAt: observed }),
    projects: [...new Set(applications.map((one) => one.project))].sort(),
    now: new Date(now).toISOString(),
  }
}
