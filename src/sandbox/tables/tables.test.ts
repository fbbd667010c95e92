import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { humanDuration } from './duration.ts'
import { evaluate } from './json-path.ts'
import { toTable } from './to-table.ts'

const now = Date.UTC(2026, 0, 2)
const created = '2026-01-01T23:50:00Z'

function object(apiVersion: string, kind: string, rest: Record<string, unknown>, metadata: object = {}): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name: 'web', namespace: 'shop', creationTimestamp: created, ...metadata },
    ...rest,
  }
}

/** As `kubectl get -o wide` would print it: header and row, cells separated by ` | `. */
function print(one: KubeObject, columns?: Parameters<typeof toTable>[0]['columns']): string[] {
  const slash = one.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : one.apiVersion.slice(0, slash)
  const table = toTable({ group, kind: one.kind, objects: [one], now, ...(columns === undefined ? {} : { columns }) })
  const header = table.columnDefinitions.map(({ name, priority }) => name.toUpperCase() + (priority > 0 ? '*' : ''))
  return [header.join(' | '), ...table.rows.map((row) => row.join(' | '))]
}

const containers = [
  { name: 'app', image: 'shop/web:1.0' },
  { name: 'proxy', image: 'shop/proxy:2' },
]

const golden: { reason: string; object: KubeObject; lines: string[] }[] = [
  {
    reason: 'a Deployment in the middle of a rollout',
    object: object('apps/v1', 'Deployment', {
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers } } },
      status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 },
    }),
    lines: [
      'NAME | READY | UP-TO-DATE | AVAILABLE | AGE | CONTAINERS* | IMAGES* | SELECTOR*',
      'web | 2/3 | 1 | 2 | 10m | app,proxy | shop/web:1.0,shop/proxy:2 | app=web',
    ],
  },
  {
    reason: 'a selector with expressions',
    object: object('apps/v1', 'ReplicaSet', {
      spec: {
        replicas: 1,
        selector: {
          matchLabels: { app: 'web' },
          matchExpressions: [
            { key: 'tier', operator: 'In', values: ['b', 'a'] },
            { key: 'old', operator: 'DoesNotExist' },
          ],
        },
        template: { spec: { containers } },
      },
      status: { replicas: 1 },
    }),
    lines: [
      'NAME | DESIRED | CURRENT | READY | AGE | CONTAINERS* | IMAGES* | SELECTOR*',
      'web | 1 | 1 | 0 | 10m | app,proxy | shop/web:1.0,shop/proxy:2 | app=web,!old,tier in (a,b)',
    ],
  },
  {
    reason: 'a StatefulSet has no selector column',
    object: object('apps/v1', 'StatefulSet', {
      spec: { replicas: 2, template: { spec: { containers } } },
      status: { readyReplicas: 2 },
    }),
    lines: ['NAME | READY | AGE | CONTAINERS* | IMAGES*', 'web | 2/2 | 10m | app,proxy | shop/web:1.0,shop/proxy:2'],
  },
  {
    reason: 'a DaemonSet without node selector',
    object: object('apps/v1', 'DaemonSet', {
      spec: { selector: {}, template: { spec: { containers } } },
      status: {
        desiredNumberScheduled: 2,
        currentNumberScheduled: 2,
        numberReady: 1,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    }),
    lines: [
      'NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR | AGE | CONTAINERS* | IMAGES* | SELECTOR*',
      'web | 2 | 2 | 1 | 2 | 1 | <none> | 10m | app,proxy | shop/web:1.0,shop/proxy:2 | <none>',
    ],
  },
  {
    reason: 'a Job that is through shows how long it ran',
    object: object('batch/v1', 'Job', {
      spec: { completions: 3, template: { spec: { containers } } },
      status: {
        succeeded: 3,
        startTime: '2026-01-01T23:50:00Z',
        completionTime: '2026-01-01T23:51:30Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    }),
    lines: [
      'NAME | STATUS | COMPLETIONS | DURATION | AGE | CONTAINERS* | IMAGES* | SELECTOR*',
      'web | Complete | 3/3 | 90s | 10m | app,proxy | shop/web:1.0,shop/proxy:2 | <none>',
    ],
  },
  {
    reason: 'a CronJob that never ran',
    object: object('batch/v1', 'CronJob', {
      spec: { schedule: '*/5 * * * *', suspend: false, jobTemplate: { spec: { template: { spec: { containers } } } } },
    }),
    lines: [
      'NAME | SCHEDULE | TIMEZONE | SUSPEND | ACTIVE | LAST SCHEDULE | AGE | CONTAINERS* | IMAGES* | SELECTOR*',
      'web | */5 * * * * | <none> | False | 0 | <none> | 10m | app,proxy | shop/web:1.0,shop/proxy:2 | <none>',
    ],
  },
  {
    reason: 'a load balancer that waits for its address',
    object: object('v1', 'Service', {
      spec: {
        type: 'LoadBalancer',
        clusterIPs: ['10.96.0.7'],
        selector: { app: 'web' },
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }),
    lines: [
      'NAME | TYPE | CLUSTER-IP | EXTERNAL-IP | PORT(S) | AGE | SELECTOR*',
      'web | LoadBalancer | 10.96.0.7 | <pending> | 80:30080/TCP,53/UDP | 10m | app=web',
    ],
  },
  {
    reason: 'an Ingress with TLS, four hosts and an address',
    object: object('networking.k8s.io/v1', 'Ingress', {
      spec: { tls: [{}], rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })) },
      status: { loadBalancer: { ingress: [{ ip: '198.18.0.1' }] } },
    }),
    lines: [
      'NAME | CLASS | HOSTS | ADDRESS | PORTS | AGE',
      'web | <none> | a,b,c + 1 more... | 198.18.0.1 | 80, 443 | 10m',
    ],
  },
  {
    reason: 'endpoints beyond three are counted',
    object: object('v1', 'Endpoints', {
      subsets: [{ addresses: [1, 2, 3, 4].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }],
    }),
    lines: ['NAME | ENDPOINTS | AGE', 'web | 10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more... | 10m'],
  },
  {
    reason: 'data and binaryData count together',
    object: object('v1', 'ConfigMap', { data: { a: '1', b: '2' }, binaryData: { c: 'AA==' } }),
    lines: ['NAME | DATA | AGE', 'web | 3 | 10m'],
  },
  {
    reason: 'a Secret shows how many keys it has, never a value',
    object: object('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==', 'tls.key': 'eQ==' } }),
    lines: ['NAME | TYPE | DATA | AGE', 'web | kubernetes.io/tls | 2 | 10m'],
  },
  {
    reason: 'a bound claim',
    object: object('v1', 'PersistentVolumeClaim', {
      spec: { volumeName: 'pvc-1', storageClassName: 'standard', volumeMode: 'Filesystem' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
    }),
    lines: [
      'NAME | STATUS | VOLUME | CAPACITY | ACCESS MODES | STORAGECLASS | VOLUMEATTRIBUTESCLASS | AGE | VOLUMEMODE*',
      'web | Bound | pvc-1 | 1Gi | RWO,RWX | standard | <unset> | 10m | Filesystem',
    ],
  },
  {
    reason: 'an Event that happened often',
    object: object('v1', 'Event', {
      involvedObject: { kind: 'Pod', name: 'web-1', fieldPath: 'spec.containers{app}' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container\n',
      source: { component: 'kubelet', host: 'sandbox-1' },
      firstTimestamp: '2026-01-01T23:00:00Z',
      lastTimestamp: '2026-01-01T23:59:15Z',
      count: 12,
    }),
    lines: [
      'LAST SEEN | TYPE | REASON | OBJECT | SUBOBJECT* | SOURCE* | MESSAGE | FIRST SEEN* | COUNT* | NAME*',
      '45s | Warning | BackOff | pod/web-1 | spec.containers{app} | kubelet, sandbox-1 | Back-off restarting failed container | 60m | 12 | web',
    ],
  },
  {
    reason: 'an autoscaler without a measurement',
    object: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
      status: { currentReplicas: 2 },
    }),
    lines: [
      'NAME | REFERENCE | TARGETS | MINPODS | MAXPODS | REPLICAS | AGE',
      'web | Deployment/web | cpu: <unknown>/80% | 2 | 5 | 2 | 10m',
    ],
  },
  {
    reason: 'a binding names its subjects',
    object: object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [
        { kind: 'User', name: 'ann' },
        { kind: 'ServiceAccount', namespace: 'shop', name: 'web' },
      ],
    }),
    lines: ['NAME | ROLE | AGE | USERS* | GROUPS* | SERVICEACCOUNTS*', 'web | Role/reader | 10m | ann |  | shop/web'],
  },
  {
    reason: 'a definition shows when it was made, not its age',
    object: object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}),
    lines: ['NAME | CREATED AT', `web | ${created}`],
  },
  {
    reason: 'a kind nobody described',
    object: object('example.com/v1', 'Widget', {}),
    lines: ['NAME | AGE', 'web | 10m'],
  },
  {
    reason: 'a CSI driver with its defaults',
    object: object('storage.k8s.io/v1', 'CSIDriver', {
      spec: { attachRequired: false, volumeLifecycleModes: ['Ephemeral'] },
    }),
    lines: [
      'NAME | ATTACHREQUIRED | PODINFOONMOUNT | STORAGECAPACITY | TOKENREQUESTS | REQUIRESREPUBLISH | MODES | AGE',
      'web | false | false | false | <unset> | false | Ephemeral | 10m',
    ],
  },
  {
    reason: 'a signing request that was approved and answered',
    object: object('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      spec: { signerName: 'example.com/x', username: 'ann', expirationSeconds: 3600 },
      status: { conditions: [{ type: 'Approved', status: 'True' }], certificate: 'LS0t' },
    }),
    lines: [
      'NAME | AGE | SIGNERNAME | REQUESTOR | REQUESTEDDURATION | CONDITION',
      'web | 10m | example.com/x | ann | 60m | Approved,Issued',
    ],
  },
  {
    reason: 'a policy binding whose parameter is looked for everywhere',
    object: object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', {
      spec: { policyName: 'p', paramRef: { name: 'limits' } },
    }),
    lines: ['NAME | POLICYNAME | PARAMREF | AGE', 'web | p | */limits | 10m'],
  },
  {
    reason: 'a priority level without queues',
    object: object('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', {
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } },
    }),
    lines: [
      'NAME | TYPE | NOMINALCONCURRENCYSHARES | QUEUES | HANDSIZE | QUEUELENGTHLIMIT | AGE',
      'web | Limited | 5 | <none> | <none> | <none> | 10m',
    ],
  },
  {
    reason: 'an address and what holds it',
    object: object('networking.k8s.io/v1', 'IPAddress', {
      spec: { parentRef: { group: '', resource: 'services', namespace: 'tt', name: 'np' } },
    }),
    lines: ['NAME | PARENTREF', 'web | services/tt/np'],
  },
]

test.each(golden)('$object.kind: $reason', ({ object: one, lines }) => {
  expect(print(one)).toEqual(lines)
})

function pod(status: Record<string, unknown>, spec: Record<string, unknown> = {}, metadata: object = {}): KubeObject {
  return object('v1', 'Pod', { spec: { containers, nodeName: 'sandbox-1', ...spec }, status }, metadata)
}

const running = { state: { running: {} }, ready: true, restartCount: 0 }

const podRows: { reason: string; object: KubeObject; row: string }[] = [
  {
    reason: 'all containers ready',
    object: pod({ phase: 'Running', podIP: '10.244.0.1', containerStatuses: [running, running] }),
    row: 'web | 2/2 | Running | 0 | 10m | 10.244.0.1 | sandbox-1 | <none> | <none>',
  },
  {
    reason: 'the reason of a waiting container wins, and restarts say when',
    object: pod({
      phase: 'Running',
      containerStatuses: [
        {
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T23:59:00Z' } },
          ready: false,
          restartCount: 4,
        },
        running,
      ],
    }),
    row: 'web | 1/2 | CrashLoopBackOff | 4 (60s ago) | 10m | <none> | sandbox-1 | <none> | <none>',
  },
  {
    reason: 'init containers are counted while they run',
    object: pod(
      {
        phase: 'Pending',
        initContainerStatuses: [
          { state: { terminated: { exitCode: 0 } }, restartCount: 0 },
          { state: { running: {} }, restartCount: 0 },
        ],
      },
      { initContainers: [{ name: 'a' }, { name: 'b' }] },
    ),
    row: 'web | 0/2 | Init:1/2 | 0 | 10m | <none> | sandbox-1 | <none> | <none>',
  },
  {
    reason: 'an init container that fails',
    object: pod(
      {
        phase: 'Pending',
        initContainerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 2 }],
      },
      { initContainers: [{ name: 'a' }] },
    ),
    row: 'web | 0/2 | Init:CrashLoopBackOff | 2 | 10m | <none> | sandbox-1 | <none> | <none>',
  },
  {
    reason: 'a finished pod',
    object: pod({
      phase: 'Succeeded',
      containerStatuses: [{ state: { terminated: { exitCode: 0, reason: 'Completed' } }, restartCount: 0 }],
    }),
    row: 'web | 0/2 | Completed | 0 | 10m | <none> | sandbox-1 | <none> | <none>',
  },
  {
    reason: 'a pod that is going away',
    object: pod({ phase: 'Running', containerStatuses: [running, running] }, {}, { deletionTimestamp: created }),
    row: 'web | 2/2 | Terminating | 0 | 10m | <none> | sandbox-1 | <none> | <none>',
  },
]

test.each(podRows)('a pod: $reason', ({ object: one, row }) => {
  expect(print(one)[1]).toBe(row)
})

test.each([
  [-500, '0s'],
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [330_000, '5m30s'],
  [599_000, '9m59s'],
  [600_000, '10m'],
  [3 * 3_600_000, '3h'],
  [3 * 3_600_000 + 60_000, '3h1m'],
  [30 * 3_600_000, '30h'],
  [7 * 86_400_000 + 4 * 3_600_000, '7d4h'],
  [400 * 86_400_000, '400d'],
  [(3 * 365 + 10) * 86_400_000, '3y10d'],
  [9 * 365 * 86_400_000, '9y'],
  [-5_000, '<invalid>'],
])('%d ms are printed as %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test('additionalPrinterColumns fill a custom kind, with nothing where nothing fits', () => {
  const widget = object('example.com/v1', 'Widget', {
    spec: { size: 3, owner: { name: 'ann' }, 'dotted.key': 'x' },
    status: {
      conditions: [
        { type: 'Synced', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
      at: '2026-01-01T23:59:30Z',
    },
  })
  const columns = [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Gone', type: 'integer', jsonPath: '.spec.gone' },
    { name: 'Wrong', type: 'integer', jsonPath: '.spec.owner.name' },
    { name: 'Dotted', type: 'string', jsonPath: '.spec.dotted\\.key' },
    { name: 'Since', type: 'date', jsonPath: '.status.at', priority: 1 },
  ]
  expect(print(widget, columns)).toEqual([
    'NAME | SIZE | READY | GONE | WRONG | DOTTED | SINCE*',
    'web | 3 | True |  |  | x | 30s',
  ])
})

test.each([
  ['.a[0].b', [1]],
  ['.a[-1].b', [2]],
  ['.a[*].b', [1, 2]],
  ["$['a'][1].b", [2]],
  ['{.a[?(@.b==2)].c}', ['two']],
  ['.a[?(@.c != "two")].b', [1]],
  ['.missing.deeper', []],
  ['.toString', []],
])('JSONPath %s', (path, values) => {
  expect(
    evaluate(path, {
      a: [
        { b: 1, c: 'one' },
        { b: 2, c: 'two' },
      ],
    }),
  ).toEqual(values)
})

test('a JSONPath that does not parse leads nowhere', () => {
  expect(evaluate('.a[', {})).toBeUndefined()
})
