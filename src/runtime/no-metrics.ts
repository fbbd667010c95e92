/** Metrics that nobody can read, for a run without an API: the library for real ones is 90 modules to load. */
import type { Metrics } from './metrics.ts'

const ignore = { inc: () => {}, set: () => {}, observe: () => {} }

export const noMetrics: Metrics = {
  renders: ignore,
  renderSeconds: ignore,
  gitFetches: ignore,
  gitFetchSeconds: ignore,
  kubeRequests: ignore,
  kubeRequestSeconds: ignore,
  syncs: ignore,
  syncSeconds: ignore,
  pushToAppliedSeconds: ignore,
  queueDepth: ignore,
  watchConnected: ignore,
  notConverged: ignore,
  events: ignore,
  observeApplications: () => {},
  text: async () => '',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
}
