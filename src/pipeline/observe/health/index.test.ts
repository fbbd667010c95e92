import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readFixture } from '../../plan/fixture.ts'
import { health } from './index.ts'

const now = Date.UTC(2026, 0, 1)

/** file, status, a part of the message, why the row is here */
const rows: readonly (readonly [string, string, string, string])[] = [
  ['deployment-ready', 'Healthy', '', 'all counters agree'],
  [
    'deployment-not-observed',
    'Progressing',
    'observed deployment generation less than desired generation',
    'full counters of the old generation prove nothing',
  ],
  [
    'deployment-new',
    'Progressing',
    'observed deployment generation less than desired generation',
    'an empty status is not success',
  ],
  [
    'deployment-updating',
    'Progressing',
    '1 out of 3 new replicas have been updated...',
    'surge keeps availability up during a rollout',
  ],
  [
    'deployment-old-terminating',
    'Progressing',
    '1 old replicas are pending termination...',
    'new Pods are there, old ones still serve',
  ],
  ['deployment-unavailable', 'Progressing', '1 of 3 updated replicas are available...', 'updated is not available'],
  [
    'deployment-deadline-exceeded',
    'Degraded',
    'Deployment "web" exceeded its progress deadline',
    'Kubernetes itself gave up',
  ],
  ['deployment-paused', 'Suspended', 'paused', 'a person stopped it'],
  ['deployment-deleting', 'Progressing', 'Pending deletion', 'a good status does not outlive the object'],
  ['deployment-raw', 'Progressing', '0 out of 2', 'a manifest that no controller has seen'],
  ['replica-set-ready', 'Healthy', '', 'available as wanted'],
  ['replica-set-quota-exceeded', 'Degraded', 'exceeded quota', 'Pods that cannot be created never come by waiting'],
  [
    'stateful-set-ready',
    'Healthy',
    'partitioned roll out complete: 2 new pods have been updated...',
    'partition 0 is an ordinary rolling update',
  ],
  [
    'stateful-set-updating',
    'Progressing',
    '1 out of 2 new pods have been updated...',
    'the API server sets partition 0, and the counter tells',
  ],
  [
    'stateful-set-partitioned',
    'Healthy',
    '1 new pods have been updated...',
    'the partition holds the rest back on purpose',
  ],
  ['stateful-set-revision', 'Progressing', '1 pods at revision db-2...', 'without rollingUpdate the revisions tell'],
  [
    'stateful-set-on-delete',
    'Healthy',
    'statefulset has 1 ready pods',
    'the update waits for people, the set does not',
  ],
  [
    'stateful-set-new',
    'Progressing',
    'spec update to be observed',
    'generation 0 observed is not observed, even with no replicas',
  ],
  ['daemon-set-ready', 'Healthy', '', 'on every node'],
  ['daemon-set-unavailable', 'Progressing', '1 of 2 updated pods are available...', 'one node lacks it'],
  ['job-complete', 'Healthy', '', 'Kubernetes 1.31 adds SuccessCriteriaMet before Complete'],
  ['job-failed', 'Degraded', 'backoff limit', 'the condition tells why'],
  ['job-running', 'Progressing', '2 failed so far', 'failed Pods are not a failed Job'],
  ['job-suspended', 'Suspended', 'suspended', 'a queue holds it'],
  ['job-resumed', 'Progressing', '1 pods running', 'a Suspended=False condition stays behind after resuming'],
  ['cron-job-last-run-failed', 'Degraded', '2026-01-01T02:00:00Z', 'the last run ended without success'],
  ['cron-job-running', 'Healthy', '', 'a run under way says nothing yet'],
  ['cron-job-never-ran', 'Healthy', '', 'no run, no failure'],
  ['cron-job-raw', 'Progressing', '', 'a manifest that no API server has seen'],
  ['cron-job-suspended', 'Suspended', '', 'a person stopped it'],
  ['pod-ready', 'Healthy', '', 'ready beats an old restart'],
  ['pod-image-pull', 'Degraded', 'Back-off pulling image "web:nope"', 'for ever restarting, for ever failing'],
  ['pod-hook-image-pull', 'Progressing', 'pending', 'a hook Pod may still get its image, and would then run after all'],
  ['pod-out-of-memory', 'Degraded', 'OOMKilled', 'exit code 137 alone tells nobody'],
  ['pod-hook-deleting', 'Healthy', '', 'a hook that is held by its finalizer has ended well'],
  ['pod-failed', 'Degraded', 'container "migrate" failed with exit code 3', 'no message, so the exit code'],
  ['pod-restarted-not-ready', 'Degraded', 'exit code 2', 'between two crashes it looks as if it ran'],
  ['pod-starting', 'Progressing', 'not ready', 'first start'],
  ['volume-claim-bound', 'Healthy', '', 'has its volume'],
  ['volume-claim-pending', 'Progressing', 'waiting', 'may still come'],
  ['volume-claim-raw', 'Unknown', '', 'the API server always gives it a phase'],
  ['volume-claim-lost', 'Degraded', 'lost', 'does not come back'],
  ['service-cluster-ip', 'Healthy', '', 'needs nobody'],
  ['service-load-balancer-pending', 'Progressing', 'address', 'the cloud is slow'],
  ['service-load-balancer-ready', 'Healthy', '', 'has an address'],
  ['ingress-pending', 'Progressing', 'address', 'Argo CD waits whatever the class'],
  ['ingress-ready', 'Healthy', '', 'has an address'],
  ['autoscaler-no-metrics', 'Degraded', 'no metrics', 'the first condition that says something decides'],
  ['autoscaler-no-metrics-second', 'Healthy', 'fine', 'the order of the list decides, as in Argo CD'],
  ['autoscaler-v1-unreadable', 'Unknown', 'not a JSON list', 'an annotation that somebody broke'],
  ['autoscaler-scaling', 'Healthy', '', 'able to scale'],
  ['autoscaler-v1-bad-selector', 'Degraded', 'selector', 'v1 keeps conditions in an annotation'],
  ['autoscaler-new', 'Progressing', 'Waiting to Autoscale', 'no conditions yet'],
  ['api-service-unavailable', 'Progressing', 'MissingEndpoints', 'its Pods may be starting in this very sync'],
  ['crd-established', 'Healthy', '', 'its objects can be created'],
  ['crd-name-taken', 'Degraded', 'already in use', 'another CRD has the name'],
  ['crd-not-established', 'Progressing', 'not established', 'takes a moment after creation'],
  ['crd-refused', 'Degraded', 'not established', 'nothing is installing it'],
  ['application-degraded', 'Degraded', 'shop/web', 'a child says it itself'],
  ['application-new', 'Progressing', 'first comparison', 'nobody has looked yet'],
  ['custom-ready', 'Healthy', '', 'the common convention'],
  ['custom-not-ready', 'Progressing', 'Issuing', 'Ready=False is "not yet" for half of all controllers'],
  ['custom-ready-but-not-observed', 'Progressing', 'not been observed', 'Ready of the old generation'],
  ['custom-stalled', 'Degraded', 'RetriesExceeded', 'waiting does not help'],
  ['custom-reconciling', 'Progressing', 'scaling up', 'Ready, but something is under way'],
  ['custom-synced-only', 'Degraded', 'access denied', 'a spec that cannot be synced (Crossplane and its like)'],
  ['custom-available', 'Healthy', '', 'no Ready, but Available'],
  ['custom-degraded', 'Degraded', 'one node is gone', 'the condition that OpenShift operators use'],
  ['custom-suspended', 'Suspended', 'spec.suspend', 'a person stopped it'],
  ['custom-phase-running', 'Healthy', '', 'no conditions, a phase that many use'],
  ['custom-phase-failed', 'Degraded', 'no quota', 'in its own words'],
  ['custom-phase-not-observed', 'Progressing', 'not been observed', 'the phase of the old generation'],
  ['workflow-running', 'Progressing', 'its words', 'by phase alone'],
  ['workflow-succeeded', 'Healthy', 'its words', 'by phase alone'],
  ['workflow-failed', 'Degraded', 'its words', 'by phase alone'],
  ['workflow-strange', 'Unknown', 'its words', 'a phase that nobody knows'],
  ['custom-silent', 'none', '', 'no conditions, no health: nothing waits'],
  ['config-map', 'none', '', 'has no state to judge'],
  ['node-ready-false', 'none', '', 'built-in kinds without a check stay without health, conditions or not'],
]

describe('health()', () => {
  test.each(rows)('%s is %s %s: %s', (file, status, message) => {
    const [object] = readFixture(new URL(`testdata/${file}.yaml`, import.meta.url))
    const verdict = health(object, now)
    expect(verdict?.status ?? 'none').toBe(status)
    expect(verdict?.message ?? '').toContain(message)
  })

  test('every fixture has a row, so that none rots unread', () => {
    const files = readdirSync(new URL('testdata', import.meta.url)).filter((name) => name.endsWith('.yaml'))
    const unread = files.map((name) => name.slice(0, -5)).filter((name) => !rows.some(([file]) => file === name))
    expect(unread.filter((name) => !name.startsWith('cause-'))).toEqual([])
  })

  test('a status of unexpected types reads as absent instead of throwing', () => {
    const kinds = [
      'apps/v1 Deployment',
      'v1 Pod',
      'batch/v1 Job',
      'autoscaling/v2 HorizontalPodAutoscaler',
      'v1 Service',
    ]
    for (const kind of kinds) {
      const [apiVersion = '', name = ''] = kind.split(' ')
      for (const status of [null, 'x', 3, [], { conditions: 'x', containerStatuses: [null, 1], phase: {} }]) {
        expect(() => health({ apiVersion, kind: name, metadata: {}, spec: null, status }, now)).not.toThrow()
      }
    }
  })
})
