/** Pieces of the core kinds. Pure data. */
import type { Data } from '../data.ts'
import type { Kind } from './kind.ts'

const port = (over: Data): Data => ({ spec: { ports: [over] } })

export const CORE: readonly Kind[] = [
  {
    apiVersions: ['v1'],
    kind: 'ConfigMap',
    plural: 'configmaps',
    base: { data: { key: 'value' } },
    names: ['Bad_Name', 'a.b', '-x'],
    pieces: [
      { data: { key: 'other' } },
      { data: { a: '1', b: '2' } },
      { data: null },
      { data: {} },
      { data: { b: '3' }, binaryData: { bin: 'AAEC' } },
      { binaryData: { key: 'AAEC' } },
      { binaryData: { bin: 'not base64!' } },
      { data: { 'bad key': 'x' } },
      { data: { number: 1 } },
      { immutable: true },
      { immutable: false },
      { immutable: null },
    ],
    strategic: [{ data: { a: null, c: '3' } }, { data: { $patch: 'replace', only: 'this' } }, { data: null }],
  },
  {
    apiVersions: ['v1'],
    kind: 'Secret',
    plural: 'secrets',
    base: { data: { password: 'c2VjcmV0' } },
    pieces: [
      { stringData: { password: 'plain' } },
      { stringData: { user: 'me' }, data: { other: 'eA==' } },
      { data: { other: 'eQ==' } },
      { data: { broken: '***' } },
      { type: 'Opaque' },
      { type: 'kubernetes.io/basic-auth', stringData: { username: 'u', password: 'p' } },
      { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' } },
      { type: 'kubernetes.io/dockerconfigjson' },
      { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } },
      { type: 'kubernetes.io/ssh-auth' },
      { type: 'example.com/own' },
      { immutable: true },
      { stringData: {} },
    ],
  },
  {
    apiVersions: ['v1'],
    kind: 'Service',
    plural: 'services',
    base: { spec: { ports: [{ port: 80 }], selector: { app: 'one' } } },
    names: ['1abc', 'has.dot'],
    pieces: [
      port({ port: 80, name: 'http' }),
      port({ port: 80, targetPort: 8080 }),
      port({ port: 80, targetPort: 'web', protocol: 'TCP' }),
      {
        spec: {
          ports: [
            { port: 80, name: 'a' },
            { port: 81, name: 'b' },
          ],
        },
      },
      { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      {
        spec: {
          ports: [
            { port: 53, protocol: 'UDP', name: 'dns' },
            { port: 53, protocol: 'TCP', name: 'dns-tcp' },
          ],
        },
      },
      {
        spec: {
          ports: [
            { port: 80, name: 'a' },
            { port: 80, name: 'b' },
          ],
        },
      },
      {
        spec: {
          ports: [
            { port: 80, name: 'same' },
            { port: 81, name: 'same' },
          ],
        },
      },
      port({ port: 0 }),
      port({ port: 70_000 }),
      port({ port: 80, name: 'Not_Valid' }),
      port({ port: 80, protocol: 'HTTP' }),
      { spec: { ports: [] } },
      { spec: { ports: null } },
      { spec: { selector: { app: 'two', x: 'y' } } },
      { spec: { selector: null } },
      { spec: { type: 'NodePort' } },
      { spec: { type: 'ClusterIP' } },
      { spec: { type: 'LoadBalancer' } },
      { spec: { type: 'ExternalName', externalName: 'example.com' } },
      { spec: { type: 'ExternalName' } },
      { spec: { type: 'Nonsense' } },
      { spec: { clusterIP: 'None' } },
      { spec: { clusterIP: '' } },
      { spec: { sessionAffinity: 'ClientIP' } },
      { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } },
      { spec: { externalTrafficPolicy: 'Local' } },
      { spec: { internalTrafficPolicy: 'Local' } },
      { spec: { publishNotReadyAddresses: true } },
      { spec: { externalIPs: ['192.0.2.1'] } },
      { spec: { externalIPs: ['nope'] } },
      { spec: { ipFamilyPolicy: 'SingleStack' } },
    ],
    status: [
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } },
      { status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } } },
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'True', reason: 'Yes', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
          ],
        },
      },
    ],
    strategic: [
      { spec: { ports: [{ port: 80, name: 'renamed' }] } },
      {
        spec: {
          ports: [
            { port: 90, name: 'more' },
            { port: 80, $patch: 'delete' },
          ],
        },
      },
      { spec: { $retainKeys: ['type', 'ports'], type: 'ClusterIP' } },
      { spec: { ports: [{ $patch: 'replace' }, { port: 99 }] } },
    ],
  },
  {
    apiVersions: ['v1'],
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    base: {},
    pieces: [
      { automountServiceAccountToken: false },
      { automountServiceAccountToken: true },
      { imagePullSecrets: [{ name: 'a' }] },
      { imagePullSecrets: [{ name: 'b' }] },
      { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
      { secrets: [{ name: 'x' }] },
      { secrets: [{ name: 'y', namespace: 'z' }] },
    ],
    strategic: [{ imagePullSecrets: [{ name: 'c' }] }],
  },
  {
    apiVersions: ['v1'],
    kind: 'PersistentVolumeClaim',
    settles: true,
    plural: 'persistentvolumeclaims',
    base: {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    },
    pieces: [
      { spec: { resources: { requests: { storage: '2Gi' } } } },
      { spec: { resources: { requests: { storage: '1Gi' } } } },
      { spec: { resources: { requests: { storage: '0' } } } },
      { spec: { resources: { requests: { storage: 'nope' } } } },
      { spec: { accessModes: ['ReadWriteMany'] } },
      { spec: { accessModes: [] } },
      { spec: { accessModes: ['Nonsense'] } },
      { spec: { storageClassName: 'slow' } },
      { spec: { storageClassName: '' } },
      { spec: { volumeMode: 'Block' } },
      { spec: { volumeName: 'pv-1' } },
      { spec: { resources: null } },
      { spec: { selector: { matchLabels: { a: 'b' } } } },
    ],
    status: [
      { status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } } },
      { status: { phase: 'Lost' } },
    ],
  },
  {
    apiVersions: ['v1'],
    kind: 'LimitRange',
    plural: 'limitranges',
    base: { spec: { limits: [{ type: 'Container', default: { cpu: '500m' } }] } },
    pieces: [
      { spec: { limits: [{ type: 'Container', max: { cpu: '500m' }, min: { cpu: '100m' } }] } },
      { spec: { limits: [{ type: 'Pod', max: { memory: '1536Mi' } }] } },
      { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] } },
    ],
  },
  {
    apiVersions: ['v1'],
    kind: 'ResourceQuota',
    plural: 'resourcequotas',
    base: { spec: { hard: { 'requests.cpu': '10' } } },
    pieces: [
      { spec: { hard: { 'requests.memory': '1000Gi', pods: '400' } } },
      { spec: { scopes: ['NotTerminating'] } },
      { spec: { scopes: ['Nonsense'] } },
      { spec: { hard: { 'limits.cpu': '1k' } } },
      { spec: { hard: { pods: '-1' } } },
    ],
    status: [{ status: { hard: { pods: '40' }, used: { pods: '0' } } }],
  },
]
