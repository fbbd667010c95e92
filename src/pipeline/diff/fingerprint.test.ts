import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { fingerprint, sameFingerprint } from './fingerprint.ts'

const base: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    resourceVersion: '10',
    labels: { app: 'web' },
    managedFields: [
      {
        manager: 'halcyon',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:template': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
          },
        },
      },
      {
        manager: 'hpa',
        operation: 'Update',
        apiVersion: 'apps/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ],
  },
  spec: { replicas: 1, template: { containers: [{ name: 'web', image: 'web:1', imagePullPolicy: 'Always' }] } },
  status: { replicas: 1 },
}

function edit(change: (object: Draft) => void): KubeObject {
  const copy = structuredClone(base)
  change(copy as unknown as Draft)
  return copy
}

interface Draft {
  apiVersion: string
  metadata: {
    resourceVersion: string
    annotations?: Record<string, string>
    managedFields: { time?: string; fieldsV1: Record<string, unknown> }[]
  }
  spec: { replicas: number; template: { containers: Record<string, unknown>[] } }
  status: { replicas: number }
}

describe('fingerprint()', () => {
  const same: readonly (readonly [string, (object: Draft) => void])[] = [
    [
      'status and resourceVersion move on',
      (object) => {
        object.status.replicas = 2
        object.metadata.resourceVersion = '11'
      },
    ],
    [
      'an autoscaler sets replicas',
      (object) => {
        object.spec.replicas = 9
      },
    ],
    [
      'the server defaults a field',
      (object) => {
        object.spec.template.containers[0]!['terminationMessagePath'] = '/dev/x'
      },
    ],
    [
      'a sidecar is injected before our container',
      (object) => {
        object.spec.template.containers.unshift({ name: 'mesh', image: 'mesh:1' })
      },
    ],
    [
      'somebody else annotates',
      (object) => {
        object.metadata.annotations = { note: 'x' }
      },
    ],
    [
      'our entry gets a new time',
      (object) => {
        object.metadata.managedFields[0]!.time = '2026-02-02T00:00:00Z'
      },
    ],
  ]
  test.each(same)('stays when %s', (_, change) => {
    expect(fingerprint(edit(change), 'halcyon')).toBe(fingerprint(base, 'halcyon'))
  })

  const different: readonly (readonly [string, (object: Draft) => void])[] = [
    [
      'one of our values changes',
      (object) => {
        object.spec.template.containers[0]!['image'] = 'web:2'
      },
    ],
    [
      'our container is gone',
      (object) => {
        object.spec.template.containers = []
      },
    ],
    [
      'somebody takes a field from us',
      (object) => {
        object.metadata.managedFields[0]!.fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:app': {} } } }
      },
    ],
    [
      'our entry is gone, as after delete and re-create',
      (object) => {
        object.metadata.managedFields = []
      },
    ],
  ]
  test.each(different)('changes when %s', (_, change) => {
    expect(sameFingerprint(fingerprint(edit(change), 'halcyon'), fingerprint(base, 'halcyon'))).toBe(false)
  })

  test('served in another version, only the set of fields can be compared, and is', () => {
    const applied = fingerprint(base, 'halcyon')
    const other = edit((object) => {
      object.apiVersion = 'apps/v2'
    })
    expect(sameFingerprint(applied, fingerprint(other, 'halcyon'))).toBe(true)
    const taken = edit((object) => {
      object.apiVersion = 'apps/v2'
      object.metadata.managedFields[0]!.fieldsV1 = {}
    })
    expect(sameFingerprint(applied, fingerprint(taken, 'halcyon'))).toBe(false)
  })

  test('unknown equals nothing, not even itself', () => {
    expect(sameFingerprint('', '')).toBe(false)
  })
})
