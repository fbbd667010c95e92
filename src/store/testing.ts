/** Records for tests of the store, with everything filled in. */
import type { EventView } from '../api/views.ts'
import type { ApplicationRecord, HistoryRecord, HookRun } from './store.ts'

export const testAt = '2026-01-01T00:00:00.000Z'

export function testEvent(message: string, fields: Partial<Omit<EventView, 'seq'>> = {}): Omit<EventView, 'seq'> {
  return { at: testAt, type: 'RevisionSeen', application: 'shop', message, ...fields }
}

export function testApplication(name: string, fields: Partial<ApplicationRecord> = {}): ApplicationRecord {
  const inventory = ['Deployment', 'Service', 'ServiceAccount', 'ConfigMap'].map((kind) => ({
    key: `apps/${kind}/${name}/${name}`,
    apiVersion: 'apps/v1',
    desired: 'd'.repeat(64),
    fingerprint: 'f'.repeat(64),
    uid: '00000000-0000-0000-0000-000000000000',
    phase: 'Sync' as const,
    wave: 0,
  }))
  return {
    name,
    parent: '',
    manifest: '{}',
    spec: 's'.repeat(64),
    revisions: ['a'.repeat(40)],
    syncedRevisions: ['a'.repeat(40)],
    renderDigest: 'r'.repeat(64),
    readSets: [[{ kind: 'tree', path: `apps/${name}` }]],
    bundle: 'b'.repeat(64),
    inventory,
    sync: { status: 'Synced', since: testAt },
    health: { status: 'Healthy', since: testAt },
    reason: '',
    message: '',
    ...fields,
  }
}

export function testHistory(application: string, fields: Partial<HistoryRecord> = {}): HistoryRecord {
  return {
    application,
    operation: 'op-1',
    revisions: ['a'.repeat(40)],
    bundle: 'b1',
    startedAt: testAt,
    finishedAt: testAt,
    phase: 'Succeeded',
    message: '',
    initiatedBy: 'automated',
    changes: 1,
    ...fields,
  }
}

export function testHookRun(key: string, fields: Partial<HookRun> = {}): HookRun {
  return { operation: 'op-1', application: 'shop', key, phase: 'PreSync', uid: '', startedAt: testAt, ...fields }
}
