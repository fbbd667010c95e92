/** Views for tests of what is printed; a fixed moment and a small fleet. Pure. */
import type { ApplicationView, OperationView } from '../../api/views.ts'

/** 2026-11-16 02:14 UTC. */
export const now = Date.UTC(2026, 10, 16, 2, 14, 0)

/** The time some seconds before `now`. */
export function ago(seconds: number): string {
  return new Date(now - seconds * 1000).toISOString()
}

/** Synced and healthy, unless told otherwise. */
export function application(name: string, changes: Partial<ApplicationView> = {}): ApplicationView {
  return {
    name,
    project: 'default',
    implicit: false,
    destination: { cluster: 'sandbox', namespace: name },
    sources: [{ repoURL: 'https://git.example.com/halcyon/fleet.git', path: name, targetRevision: 'main' }],
    sync: { status: 'Synced', since: ago(3600) },
    health: { status: 'Healthy', since: ago(3600) },
    revision: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0',
    syncedRevision: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0',
    reason: '',
    message: '',
    objects: 5,
    automated: { enabled: true, prune: true, selfHeal: true },
    observedAt: ago(41),
    ...changes,
  }
}

export function operation(changes: Partial<OperationView> = {}): OperationView {
  return {
    id: 'op-1',
    kind: 'sync',
    phase: 'Running',
    initiatedBy: 'automated',
    revision: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0',
    startedAt: ago(12),
    deadline: ago(-888),
    message: '',
    attempts: 0,
    ...changes,
  }
}

/** Degraded for 22 minutes, with its cause. */
export function degraded(name = 'shop-production'): ApplicationView {
  return application(name, {
    health: {
      status: 'Degraded',
      since: ago(22 * 60),
      message: 'Pod shop/web-6f9c: ImagePullBackOff: registry.example.com/shop/web:v1.9.1 not found',
    },
    reason: 'HealthDegraded',
  })
}

/** Waits for a Deployment in the middle of a sync. */
export function syncing(name = 'shop-staging'): ApplicationView {
  return application(name, {
    sync: { status: 'OutOfSync', since: ago(12) },
    health: { status: 'Progressing', since: ago(12) },
    operation: operation({
      step: { phase: 'Sync', wave: 2, index: 2, count: 3 },
      waitingFor: {
        ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
        message: '1 of 3 replicas ready',
        since: ago(5),
      },
    }),
  })
}
