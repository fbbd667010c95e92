/** Pieces of the kinds that run pods. Pure data. */
import type { Data } from '../data.ts'
import type { Kind } from './kind.ts'

const main = (over: Data): Data => ({ name: 'main', image: 'nginx:1.27', ...over })

/** Pieces of a pod spec. */
const POD: readonly Data[] = [
  { containers: [main({ image: 'nginx:1.28' })] },
  { containers: [main({ image: 'nginx' })] },
  { containers: [main({ image: '' })] },
  { containers: [main({ env: [{ name: 'A', value: '1' }] })] },
  {
    containers: [
      main({
        env: [
          { name: 'A', value: '2' },
          { name: 'B', value: '' },
        ],
      }),
    ],
  },
  { containers: [main({ env: [{ name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] })] },
  {
    containers: [
      main({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
    ],
  },
  { containers: [main({ env: [{ name: '' }] })] },
  {
    containers: [
      main({ envFrom: [{ configMapRef: { name: 'cm' } }, { prefix: 'P_', secretRef: { name: 's', optional: true } }] }),
    ],
  },
  { containers: [main({ ports: [{ containerPort: 80 }] })] },
  { containers: [main({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'web' }] })] },
  {
    containers: [
      main({
        ports: [
          { containerPort: 80, name: 'web' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      }),
    ],
  },
  { containers: [main({ ports: [{ containerPort: 0 }] })] },
  { containers: [main({ ports: [{ containerPort: 80, hostPort: 70_000 }] })] },
  {
    containers: [
      main({
        ports: [
          { containerPort: 80, name: 'a' },
          { containerPort: 81, name: 'a' },
        ],
      }),
    ],
  },
  { containers: [main({ resources: { limits: { cpu: '500m', memory: '1536Mi' } } })] },
  { containers: [main({ resources: { limits: { cpu: '1' }, requests: { cpu: '100m', memory: '1Mi' } } })] },
  { containers: [main({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })] },
  { containers: [main({ resources: { limits: { cpu: 2 } } })] },
  { containers: [main({ resources: { limits: { nonsense: '1' } } })] },
  { containers: [main({ livenessProbe: { httpGet: { path: '/', port: 80 } } })] },
  { containers: [main({ readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 5 } })] },
  {
    containers: [main({ livenessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 0, successThreshold: 2 } })],
  },
  { containers: [main({ startupProbe: { grpc: { port: 9000 } } })] },
  { containers: [main({ lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } } })] },
  { containers: [main({ volumeMounts: [{ name: 'data', mountPath: '/data' }] })], volumes: [{ name: 'data' }] },
  { containers: [main({ volumeMounts: [{ name: 'missing', mountPath: '/data' }] })] },
  {
    containers: [main({ volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: false }] })],
    volumes: [{ name: 'data', configMap: { name: 'cm' } }],
  },
  { volumes: [{ name: 'data', secret: { secretName: 's', defaultMode: 256 } }] },
  {
    volumes: [
      { name: 'data', emptyDir: { sizeLimit: '1000Mi' } },
      { name: 'data', emptyDir: {} },
    ],
  },
  { volumes: [{ name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
  {
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'c' } },
      { name: 'h', hostPath: { path: '/x' } },
    ],
  },
  { containers: [main({}), { name: 'side', image: 'busybox:1' }] },
  { containers: [main({}), { name: 'main', image: 'busybox:1' }] },
  { containers: [{ name: 'Bad_Name', image: 'x' }] },
  { containers: [main({ command: ['a', 'b'], args: ['c'], workingDir: '/x', tty: true, stdin: false })] },
  { containers: [main({ securityContext: { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['X'] } } })] },
  { containers: [main({ imagePullPolicy: 'Always' })] },
  { containers: [main({ imagePullPolicy: 'Sometimes' })] },
  { containers: [main({ unknown: 1 })] },
  { containers: [] },
  { containers: null },
  { initContainers: [{ name: 'init', image: 'busybox' }] },
  { initContainers: [{ name: 'side', image: 'busybox', restartPolicy: 'Always' }] },
  { restartPolicy: 'Never' },
  { restartPolicy: 'Always' },
  { restartPolicy: 'Nonsense' },
  { serviceAccountName: 'default' },
  { nodeSelector: { disk: 'ssd' } },
  { tolerations: [{ key: 'a', operator: 'Exists' }] },
  { tolerations: [{ operator: 'Nonsense' }] },
  { securityContext: { fsGroup: 0, runAsNonRoot: true } },
  { terminationGracePeriodSeconds: 0 },
  { hostNetwork: true },
  { imagePullSecrets: [{ name: 'a' }] },
  {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'x' } }],
      },
    },
  },
  { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
  { dnsPolicy: 'Nonsense' },
]

/** A workload's pieces: its own, and those of the pod under the given path. */
function withPods(own: readonly Data[], wrap: (spec: Data) => Data): Data[] {
  return [...own, ...POD.map(wrap)]
}

const template = (spec: Data): Data => ({ spec: { template: { spec } } })
const labels = { app: 'one' }
const podTemplate = { metadata: { labels }, spec: { containers: [main({})] } }

const STRATEGIC: readonly Data[] = [
  template({ containers: [{ name: 'main', image: 'patched' }] }),
  template({ containers: [{ name: 'new', image: 'busybox' }] }),
  template({ containers: [{ name: 'side', $patch: 'delete' }] }),
  template({ containers: [{ name: 'main', env: [{ name: 'Z', value: '9' }] }] }),
  template({ containers: [{ image: 'no-name' }] }),
  template({
    '$setElementOrder/containers': [{ name: 'new' }, { name: 'main' }],
    containers: [{ name: 'new', image: 'x' }],
  }),
  { spec: { template: { spec: { volumes: [{ name: 'data', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] } } } },
  { spec: { replicas: null } },
  { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
]

export const APPS: readonly Kind[] = [
  {
    apiVersions: ['apps/v1'],
    kind: 'Deployment',
    plural: 'deployments',
    base: { spec: { selector: { matchLabels: labels }, template: podTemplate } },
    scale: true,
    pieces: withPods(
      [
        { spec: { replicas: 2 } },
        { spec: { replicas: 0 } },
        { spec: { replicas: -1 } },
        { spec: { replicas: 'two' } },
        { spec: { replicas: 1.5 } },
        { spec: { paused: true } },
        { spec: { paused: false } },
        { spec: { strategy: { type: 'Recreate' } } },
        { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
        { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '10%' } } } },
        { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
        { spec: { strategy: { type: 'Nonsense' } } },
        { spec: { minReadySeconds: 5 } },
        { spec: { minReadySeconds: 0 } },
        { spec: { revisionHistoryLimit: 0 } },
        { spec: { progressDeadlineSeconds: 5, minReadySeconds: 10 } },
        { spec: { selector: { matchLabels: { app: 'two' } } } },
        { spec: { selector: null } },
        { spec: { template: { metadata: { labels: { app: 'one', extra: 'x' } } } } },
        { spec: { template: { metadata: { labels: { app: 'two' } } } } },
        { spec: { template: { metadata: { annotations: { restart: 'now' } } } } },
        { spec: { template: null } },
        { spec: null },
      ],
      template,
    ),
    status: [
      { status: { replicas: 1, readyReplicas: 1, updatedReplicas: 1 } },
      { status: { replicas: 1, readyReplicas: 0, observedGeneration: 1 } },
      { status: { readyReplicas: 5, replicas: 1 } },
      { status: { replicas: -1 } },
      { status: { conditions: [{ type: 'Available', status: 'True' }] }, spec: { replicas: 9 } },
      { status: { conditions: [{ type: 'Progressing', status: 'True', reason: 'x' }] } },
    ],
    strategic: STRATEGIC,
    jsonPatches: [
      [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'json' }],
      [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'added', image: 'x' } }],
      [{ op: 'remove', path: '/spec/template/spec/containers/5' }],
      [{ op: 'remove', path: '/spec/replicas' }],
      [{ op: 'copy', from: '/metadata/name', path: '/spec/template/spec/containers/0/image' }],
      [{ op: 'move', from: '/metadata/labels', path: '/metadata/annotations' }],
    ],
  },
  {
    apiVersions: ['apps/v1'],
    kind: 'StatefulSet',
    plural: 'statefulsets',
    scale: true,
    base: { spec: { serviceName: 'svc', selector: { matchLabels: labels }, template: podTemplate } },
    pieces: withPods(
      [
        { spec: { replicas: 3 } },
        { spec: { serviceName: 'other' } },
        { spec: { podManagementPolicy: 'Parallel' } },
        { spec: { updateStrategy: { type: 'OnDelete' } } },
        { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } },
        { spec: { updateStrategy: { type: 'Nonsense' } } },
        { spec: { ordinals: { start: 1 } } },
        { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } },
        {
          spec: {
            volumeClaimTemplates: [
              {
                metadata: { name: 'data' },
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              },
            ],
          },
        },
        { spec: { minReadySeconds: 1 } },
        { spec: { selector: { matchLabels: { app: 'two' } } } },
        { spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['one'] }] } } },
      ],
      template,
    ),
    status: [{ status: { replicas: 1, readyReplicas: 1, currentRevision: 'x' } }, { status: { replicas: 0 } }],
    strategic: STRATEGIC,
  },
  {
    apiVersions: ['apps/v1'],
    kind: 'DaemonSet',
    plural: 'daemonsets',
    base: { spec: { selector: { matchLabels: labels }, template: podTemplate } },
    pieces: withPods(
      [
        { spec: { updateStrategy: { type: 'OnDelete' } } },
        { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '20%' } } } },
        { spec: { minReadySeconds: 3 } },
        { spec: { selector: { matchLabels: { app: 'two' } } } },
      ],
      template,
    ),
    status: [
      { status: { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1 } },
    ],
  },
  {
    apiVersions: ['apps/v1'],
    kind: 'ReplicaSet',
    plural: 'replicasets',
    scale: true,
    base: { spec: { selector: { matchLabels: labels }, template: podTemplate } },
    pieces: withPods(
      [{ spec: { replicas: 2 } }, { spec: { minReadySeconds: 3 } }, { spec: { replicas: 0 } }],
      template,
    ),
    status: [{ status: { replicas: 2, fullyLabeledReplicas: 1 } }],
  },
  {
    apiVersions: ['batch/v1'],
    kind: 'Job',
    settles: true,
    plural: 'jobs',
    base: { spec: { template: { spec: { restartPolicy: 'Never', containers: [main({})] } } } },
    pieces: withPods(
      [
        { spec: { parallelism: 2 } },
        { spec: { completions: 3 } },
        { spec: { completions: 3, parallelism: 2, completionMode: 'Indexed' } },
        { spec: { backoffLimit: 0 } },
        { spec: { activeDeadlineSeconds: 10 } },
        { spec: { ttlSecondsAfterFinished: 0 } },
        { spec: { suspend: true } },
        { spec: { suspend: false } },
        { spec: { backoffLimit: -1 } },
        { spec: { completionMode: 'Nonsense' } },
        { spec: { selector: { matchLabels: { own: 'x' } } } },
        { spec: { template: { metadata: { labels: { 'job-name': 'another', 'controller-uid': 'another' } } } } },
        {
          spec: {
            manualSelector: true,
            selector: { matchLabels: { own: 'x' } },
            template: { metadata: { labels: { own: 'x' } } },
          },
        },
        { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
      ],
      template,
    ),
    status: [{ status: { active: 1, ready: 0 } }, { status: { failed: 1 } }],
  },
  {
    apiVersions: ['batch/v1'],
    kind: 'CronJob',
    plural: 'cronjobs',
    names: [`${'n'.repeat(53)}`],
    base: {
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [main({})] } } } },
      },
    },
    pieces: withPods(
      [
        { spec: { schedule: '@daily' } },
        { spec: { schedule: 'whenever' } },
        { spec: { schedule: '61 * * * *' } },
        { spec: { schedule: '' } },
        { spec: { timeZone: 'Europe/Berlin' } },
        { spec: { timeZone: 'Nowhere/Land' } },
        { spec: { concurrencyPolicy: 'Forbid' } },
        { spec: { concurrencyPolicy: 'Nonsense' } },
        { spec: { suspend: true } },
        { spec: { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 } },
        { spec: { startingDeadlineSeconds: 0 } },
        { spec: { jobTemplate: { spec: { backoffLimit: 1 } } } },
      ],
      (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
    ),
    status: [{ status: { lastScheduleTime: '2026-01-01T00:00:00Z' } }],
  },
  {
    apiVersions: ['v1'],
    kind: 'Pod',
    plural: 'pods',
    base: { spec: { containers: [main({})] } },
    pieces: withPods([{ spec: { activeDeadlineSeconds: 5 } }, { spec: { nodeName: 'node-1' } }], (spec) => ({ spec })),
    status: [
      { status: { phase: 'Running', podIP: '192.0.2.3', podIPs: [{ ip: '192.0.2.3' }] } },
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      {
        status: {
          conditions: [
            { type: 'PodScheduled', status: 'True' },
            { type: 'Ready', status: 'False' },
          ],
        },
      },
    ],
    strategic: [
      { status: { phase: 'x' }, metadata: { labels: { s: 'p' } } },
      { spec: { containers: [{ name: 'main', image: 'p' }] } },
    ],
  },
]
