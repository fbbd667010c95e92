/** Finds the object at the bottom of bad health and what it says. Reads the cluster only while something is not well. Effect: reads. */
import type { Cause } from '../api/views.ts'
import type { KubeObject } from '../kube/object.ts'
import { parseRefKey, refKey } from '../kube/object.ts'
import { findCause } from '../pipeline/observe/health/cause.ts'
import { type Related, relatedQueries } from '../pipeline/observe/health/related.ts'
import { createPool } from '../runtime/pool.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'
import type { Cluster } from './destinations.ts'

export interface Explainer {
  /** Looks now, and again while it stays unwell; at most one look at a time for each application. */
  watch(app: ManagedApplication): void
  /** Looks once and waits for the answer. */
  explain(app: ManagedApplication, signal: AbortSignal): Promise<void>
  /** What still works, for `why`. */
  impact(app: ManagedApplication): readonly string[]
  close(): void
}

/** The first look comes when a normal start would be over; then ever more seldom. */
const firstLookMs = 1_500
const slowestLookMs = 30_000
const looksAtOnce = 4
const listLimit = 50

export function createExplainer(context: ControllerContext): Explainer {
  const { clock } = context
  const watched = new Map<ManagedApplication, () => void>()
  const impacts = new WeakMap<ManagedApplication, readonly string[]>()
  const pool = createPool(looksAtOnce)
  const stop = new AbortController()

  function isUnwell(app: ManagedApplication): boolean {
    return app.health.status === 'Progressing' || app.health.status === 'Degraded'
  }

  function schedule(app: ManagedApplication, delayMs: number): void {
    const cancel = clock.after(delayMs, () => void look(app, delayMs))
    watched.set(app, cancel)
  }

  async function look(app: ManagedApplication, delayMs: number): Promise<void> {
    if (!isUnwell(app) || !context.fleet.all.has(app.name) || stop.signal.aborted) {
      watched.delete(app)
      return
    }
    try {
      await pool.run(() => explain(app, stop.signal), stop.signal)
    } catch (error) {
      if (stop.signal.aborted) return
      context.logger.debug({ application: app.name, err: error }, 'cause could not be read')
    }
    schedule(app, Math.min(delayMs * 2, slowestLookMs))
  }

  async function explain(app: ManagedApplication, signal: AbortSignal): Promise<void> {
    const cluster = context.destinations.opened.find(
      (one) => one.name === context.destinations.nameOf(app.manifest.spec.destination),
    )
    if (cluster === undefined) return
    const cause = isUnwell(app) ? await causeOf(app, cluster, signal) : undefined
    if (app.health.cause === undefined && cause === undefined) return
    app.health = { ...app.health, cause }
    app.changed.notify()
  }

  async function causeOf(app: ManagedApplication, cluster: Cluster, signal: AbortSignal): Promise<Cause | undefined> {
    for (const key of unwellKeys(app, cluster)) {
      const ref = parseRefKey(key)
      const managed = await cluster.target.read(ref, signal)
      if (managed === undefined) continue
      const related = await readRelated(cluster, managed, signal)
      impacts.set(app, impactOf(managed, related))
      const cause = findCause(managed, related)
      if (cause !== undefined) return cause
    }
    return undefined
  }

  return {
    watch(app) {
      if (!watched.has(app) && !stop.signal.aborted) schedule(app, firstLookMs)
    },
    explain,
    impact: (app) => (isUnwell(app) ? (impacts.get(app) ?? []) : []),
    close() {
      stop.abort(new Error('the explainer is closed'))
      for (const cancel of watched.values()) cancel()
    },
  }
}

/** Degraded before Progressing; hooks of the running operation count as well as the inventory. At most three are read. */
function unwellKeys(app: ManagedApplication, cluster: Cluster): string[] {
  const awaited = app.operation?.phase === 'Running' ? app.operation.waitingFor : undefined
  const keys = new Set([...(awaited === undefined ? [] : [refKey(awaited.ref)]), ...app.inventory.keys()])
  const rank = (key: string) => (cluster.live.get(key)?.health === 'Degraded' ? 0 : 1)
  return [...keys]
    .filter((key) => {
      const health = cluster.live.get(key)?.health
      return health === 'Degraded' || health === 'Progressing'
    })
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, 3)
}

async function readRelated(cluster: Cluster, managed: KubeObject, signal: AbortSignal): Promise<Related> {
  const discovery = await cluster.client.discovery(signal)
  const related: { -readonly [List in keyof Related]: Related[List] } = {}
  for (const query of relatedQueries(managed)) {
    const resource = discovery.resource(query.kind)
    if (resource === undefined) continue
    const items: KubeObject[] = []
    const options = {
      namespace: query.namespace,
      pageSize: listLimit,
      ...(query.labelSelector === undefined ? {} : { labelSelector: query.labelSelector }),
      ...(query.fieldSelector === undefined ? {} : { fieldSelector: query.fieldSelector }),
    }
    for await (const page of cluster.client.list(resource, options, signal)) {
      items.push(...page.items)
      if (items.length >= listLimit) break
    }
    related[query.as] = items
  }
  return related
}

/** How many Pods still serve: what a person asks first at night. */
function impactOf(managed: KubeObject, related: Related): string[] {
  const pods = related.pods ?? []
  if (managed.kind === 'Job' || pods.length === 0) return []
  const ready = pods.filter((pod) => {
    const conditions = (pod['status'] as { conditions?: { type: string; status: string }[] } | undefined)?.conditions
    return conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
  })
  const name = `${managed.kind} ${managed.metadata.name}`
  if (ready.length === 0) return [`no Pod of ${name} serves`]
  return [`${ready.length} of ${pods.length} Pods of ${name} serve`]
}
