import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../kube/object.ts'
import { readFixture } from '../../plan/fixture.ts'
import { findCause } from './cause.ts'
import { relatedQueries } from './related.ts'

/** fixture, chain of kinds from the bottom, reason, a part of the message, why the row is here */
const rows: readonly (readonly [string, string, string, string, string])[] = [
  [
    'deployment-image-pull',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'ImagePullBackOff',
    'web:v1.9.1": not found',
    'what the registry said, of this Pod and the newest ReplicaSet',
  ],
  [
    'deployment-crash-loop',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'CrashLoopBackOff',
    'exited with code 1: relation exists, 5 restarts',
    'a crash tells more than a Pod that waits for a node',
  ],
  [
    'deployment-out-of-memory',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'CrashLoopBackOff',
    'out of memory',
    'exit code 137 alone tells nobody',
  ],
  [
    'deployment-init-container-crash',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'CrashLoopBackOff',
    'container migrate exited with code 2',
    'the main container only waits for it',
  ],
  [
    'deployment-unschedulable',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'Unschedulable',
    'Insufficient memory',
    'the sum of the scheduler',
  ],
  [
    'deployment-failed-mount',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'FailedMount',
    'configmap "settings" not found',
    'only an event knows',
  ],
  [
    'deployment-config-error',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'CreateContainerConfigError',
    'secret "token" not found',
    'a reference that leads nowhere',
  ],
  [
    'deployment-failed-probe',
    'Pod web-6f9c-a < ReplicaSet web-6f9c < Deployment web',
    'Unhealthy',
    '503',
    'runs, but never gets ready',
  ],
  [
    'deployment-quota-exceeded',
    'ReplicaSet web-6f9c < Deployment web',
    'FailedCreate',
    'exceeded quota',
    'there is no Pod to look at',
  ],
  [
    'deployment-nothing-known',
    'Deployment web',
    'ProgressDeadlineExceeded',
    'timed out',
    'without lists, the own condition',
  ],
  ['deployment-pods-fine', 'Deployment web', 'ProgressDeadlineExceeded', 'timed out', 'a ready Pod is no cause'],
  [
    'job-failed',
    'Pod migrate-x < Job migrate',
    'Error',
    'container migrate exited with code 3',
    'the exit code, not "backoff limit"',
  ],
  ['job-pods-gone', 'Job migrate', 'DeadlineExceeded', 'active longer', 'its Pods were cleaned up'],
  [
    'stateful-set-cannot-create',
    'StatefulSet db',
    'FailedCreate',
    'service account "db" not found',
    'no ReplicaSet in between',
  ],
  [
    'volume-claim-provisioning-failed',
    'PersistentVolumeClaim data',
    'ProvisioningFailed',
    'storageclass "fast"',
    'a warning beats a newer remark',
  ],
  [
    'volume-claim-waits-for-consumer',
    'PersistentVolumeClaim data',
    'WaitForFirstConsumer',
    'first consumer',
    'a remark is better than nothing',
  ],
  ['service-pending', 'Service web', 'AddressPending', 'address', 'nobody has reported anything'],
  [
    'crd-name-taken',
    'CustomResourceDefinition widgets.example.com',
    'NotNamesAccepted',
    'already in use',
    'a condition without a reason gets one',
  ],
  ['pod-evicted', 'Pod web', 'Evicted', 'low on resource', 'a Pod of its own'],
  ['custom-stalled', 'HelmRelease web', 'RetriesExceeded', 'failed to upgrade', 'Stalled beats Ready'],
]

function relatedOf(objects: readonly KubeObject[]) {
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  return { pods: of('Pod'), replicaSets: of('ReplicaSet'), events: of('Event') }
}

describe('findCause()', () => {
  test.each(rows)('%s: %s', (file, chain, reason, message) => {
    const [managed, ...others] = readFixture(new URL(`testdata/cause-${file}.yaml`, import.meta.url))
    const cause = findCause(managed, relatedOf(others))
    expect(cause?.chain.map((ref) => `${ref.kind} ${ref.name}`).join(' < ')).toBe(chain)
    expect(cause?.ref).toEqual(cause?.chain[0])
    expect(cause?.reason).toBe(reason)
    expect(cause?.message).toContain(message)
  })

  test.each(rows)('%s: the order in which objects are listed does not matter', (file) => {
    const [managed, ...others] = readFixture(new URL(`testdata/cause-${file}.yaml`, import.meta.url))
    expect(findCause(managed, relatedOf([...others].reverse()))).toEqual(findCause(managed, relatedOf(others)))
  })

  test('without anything to read there is no cause, and no exception', () => {
    expect(
      findCause({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' } }, {}),
    ).toBeUndefined()
    expect(findCause({ apiVersion: 'v1', kind: 'Pod', metadata: {} }, {})).toBeUndefined()
  })
})

describe('relatedQueries()', () => {
  test('a Deployment: its Pods and ReplicaSets by selector, warnings of the namespace', () => {
    const queries = relatedQueries({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        selector: {
          matchLabels: { app: 'web' },
          matchExpressions: [
            { key: 'tier', operator: 'In', values: ['a', 'b'] },
            { key: 'old', operator: 'DoesNotExist' },
          ],
        },
      },
    })
    expect(queries.map((query) => [query.as, query.labelSelector ?? query.fieldSelector])).toEqual([
      ['pods', 'app=web,tier in (a,b),!old'],
      ['events', 'type!=Normal'],
      ['replicaSets', 'app=web,tier in (a,b),!old'],
    ])
  })

  test('other objects: only their events', () => {
    const queries = relatedQueries({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop' },
    })
    expect(queries.map((query) => [query.as, query.fieldSelector])).toEqual([['events', 'involvedObject.name=data']])
  })

  test('a workload without selector would list the whole namespace, so nothing is listed', () => {
    expect(relatedQueries({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a', namespace: 'shop' } })).toEqual(
      [],
    )
  })
})
