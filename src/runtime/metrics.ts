/** Every metric of the process as one typed object, exposed in the Prometheus text format. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricsOptions {
  /** Adds `halcyon_application_info{name,...}`: one series per application. Off by default, because series cost memory in Prometheus. */
  readonly perApplication?: boolean
  /** CPU, memory, event loop and garbage collection of the process. Default on; off in tests. */
  readonly processMetrics?: boolean
}

/** What the gauges over applications are computed from. */
export interface ApplicationSample {
  readonly name: string
  readonly project: string
  readonly sync: string
  readonly health: string
}

type Made = ReturnType<typeof createMetrics>

/** What the rest of the process sees of a metric is the one method that feeds it. */
export type Metrics = {
  readonly [Name in keyof Made]: Made[Name] extends Counter<infer Label>
    ? Pick<Counter<Label>, 'inc'>
    : Made[Name] extends Gauge<infer Label>
      ? Pick<Gauge<Label>, 'set'>
      : Made[Name] extends Histogram<infer Label>
        ? Pick<Histogram<Label>, 'observe'>
        : Made[Name]
}

const fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const slow = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900]

/** Labels are few and bounded: tool, result, verb, code, phase, cluster, kind. Durations are in seconds. */
export function createMetrics(options: MetricsOptions = {}) {
  const registry = new Registry()
  const registers = [registry]
  // The default of 10 ms would wake an idle process a hundred times a second to measure its own event loop.
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })

  function counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) {
    return new Counter<Label>({ name, help, labelNames: [...labelNames], registers })
  }
  function gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) {
    return new Gauge<Label>({ name, help, labelNames: [...labelNames], registers })
  }
  function histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) {
    return new Histogram<Label>({ name, help, buckets, labelNames: [...labelNames], registers })
  }

  const applications = gauge('halcyon_applications', 'Applications by sync status and health.', ['sync', 'health'])
  const applicationInfo = options.perApplication
    ? gauge('halcyon_application_info', 'One series per application; the value is always 1.', [
        'name',
        'project',
        'sync',
        'health',
      ])
    : undefined
  let source: () => Iterable<ApplicationSample> = () => []

  function countApplications(): void {
    const counts = new Map<string, { sync: string; health: string; count: number }>()
    applications.reset()
    applicationInfo?.reset()
    for (const { name, project, sync, health } of source()) {
      const key = `${sync}/${health}`
      const row = counts.get(key)
      if (row === undefined) counts.set(key, { sync, health, count: 1 })
      else row.count++
      applicationInfo?.set({ name, project, sync, health }, 1)
    }
    for (const { sync, health, count } of counts.values()) applications.set({ sync, health }, count)
  }

  return {
    renders: counter('halcyon_renders_total', 'Renders asked for, by tool and whether a cache answered.', [
      'tool',
      'cached',
    ]),
    renderSeconds: histogram('halcyon_render_seconds', 'Time of a render that ran.', fast, ['tool']),
    gitFetches: counter('halcyon_git_fetches_total', 'Fetches from Git repositories.', ['result']),
    gitFetchSeconds: histogram('halcyon_git_fetch_seconds', 'Time of a fetch.', fast),
    kubeRequests: counter('halcyon_kube_requests_total', 'Requests to API servers; code 0 = no answer.', [
      'cluster',
      'verb',
      'code',
    ]),
    kubeRequestSeconds: histogram('halcyon_kube_request_seconds', 'Time until an API server answered.', fast, ['verb']),
    syncs: counter('halcyon_syncs_total', 'Sync operations that ended, by phase.', ['phase']),
    syncSeconds: histogram('halcyon_sync_seconds', 'Time from the start to the end of a sync operation.', slow, [
      'phase',
    ]),
    pushToAppliedSeconds: histogram(
      'halcyon_push_to_applied_seconds',
      'Time from the moment a revision was seen until it was applied.',
      slow,
    ),
    queueDepth: gauge('halcyon_queue_depth', 'Applications waiting to be looked at.'),
    watchConnected: gauge('halcyon_watch_connected', '1 while the watch of a kind is open.', ['cluster', 'kind']),
    notConverged: counter(
      'halcyon_not_converged_total',
      'Successful syncs after which the plan was not empty: something rewrites what was applied.',
    ),
    events: counter('halcyon_events_total', 'Lines of the event log, by type.', ['type']),

    /** Says where the applications are; they are counted when somebody scrapes, not on every change. */
    observeApplications(list: () => Iterable<ApplicationSample>): void {
      source = list
    },
    /** The text of a scrape. */
    async text(): Promise<string> {
      countApplications()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
