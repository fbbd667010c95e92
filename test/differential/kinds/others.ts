/** Pieces of kinds that neither hold data nor run pods. Pure data. */
import type { Kind } from './kind.ts'

const backend = { service: { name: 'web', port: { number: 80 } } }

export const OTHERS: readonly Kind[] = [
  {
    apiVersions: ['networking.k8s.io/v1'],
    kind: 'Ingress',
    plural: 'ingresses',
    base: {
      spec: { rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    },
    pieces: [
      { spec: { ingressClassName: 'nginx' } },
      { spec: { ingressClassName: 'Bad_Class' } },
      { spec: { tls: [{ hosts: ['a.example.com'], secretName: 'tls' }] } },
      { spec: { defaultBackend: backend } },
      { spec: { rules: null } },
      { spec: { rules: [{ host: 'b.example.com', http: { paths: [{ path: '/x', pathType: 'Exact', backend }] } }] } },
      { spec: { rules: [{ host: 'bad host' }] } },
      { spec: { rules: [{ http: { paths: [{ path: 'x', pathType: 'Prefix', backend }] } }] } },
      { spec: { rules: [{ http: { paths: [{ path: '/', backend }] } }] } },
      { spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Nonsense', backend }] } }] } },
      { spec: { rules: [{ http: { paths: [] } }] } },
      {
        spec: {
          rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }] } }],
        },
      },
    ],
    status: [{ status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } } }],
  },
  {
    apiVersions: ['networking.k8s.io/v1'],
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    base: { spec: { podSelector: {} } },
    pieces: [
      { spec: { podSelector: { matchLabels: { app: 'one' } } } },
      { spec: { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } },
      { spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] } },
      { spec: { policyTypes: ['Egress'] } },
      { spec: { policyTypes: ['Nonsense'] } },
      { spec: { ingress: [{ ports: [{ port: 0 }] }] } },
      { spec: { ingress: [{}] } },
      { spec: { egress: [{ to: [{ ipBlock: { cidr: 'nope' } }] }] } },
    ],
  },
  {
    apiVersions: ['policy/v1'],
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    base: { spec: { selector: { matchLabels: { app: 'one' } } } },
    pieces: [
      { spec: { minAvailable: 1 } },
      { spec: { maxUnavailable: '50%' } },
      { spec: { minAvailable: 1, maxUnavailable: 1 } },
      { spec: { minAvailable: -1 } },
      { spec: { maxUnavailable: '500%' } },
      { spec: { minAvailable: 'x' } },
      { spec: { selector: { matchLabels: { app: 'two' } } } },
      { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
    ],
    status: [{ status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 } }],
  },
  {
    apiVersions: ['autoscaling/v2', 'autoscaling/v1'],
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    base: { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
    pieces: [
      { spec: { minReplicas: 2 } },
      { spec: { minReplicas: 5 } },
      { spec: { minReplicas: 0 } },
      { spec: { maxReplicas: 10 } },
      { spec: { maxReplicas: 0 } },
      { spec: { scaleTargetRef: { kind: 'StatefulSet' } } },
      { spec: { scaleTargetRef: { name: '' } } },
    ],
  },
  {
    apiVersions: ['autoscaling/v2'],
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    names: ['second'],
    base: {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
    },
    pieces: [
      {
        spec: {
          metrics: [
            { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
          ],
        },
      },
      { spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] } },
      { spec: { metrics: [{ type: 'Nonsense' }] } },
      { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } },
      { spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } } },
      { spec: { behavior: {} } },
    ],
  },
  {
    apiVersions: ['rbac.authorization.k8s.io/v1'],
    kind: 'Role',
    plural: 'roles',
    base: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    names: ['with:colon', 'Upper'],
    pieces: [
      { rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] }] },
      { rules: [] },
      { rules: null },
      { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
      { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
      { rules: [{ resources: ['pods'], verbs: ['get'] }] },
    ],
  },
  {
    apiVersions: ['rbac.authorization.k8s.io/v1'],
    kind: 'RoleBinding',
    plural: 'rolebindings',
    base: {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
    },
    pieces: [
      { subjects: [{ kind: 'User', name: 'jane' }] },
      { subjects: [{ kind: 'Group', name: 'all', apiGroup: 'rbac.authorization.k8s.io' }] },
      { subjects: null },
      { subjects: [{ kind: 'ServiceAccount', name: 'robot' }] },
      { subjects: [{ kind: 'Nonsense', name: 'x' }] },
      { roleRef: { name: 'writer' } },
      { roleRef: { kind: 'Nonsense' } },
    ],
  },
  {
    apiVersions: ['scheduling.k8s.io/v1'],
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    clusterScoped: true,
    base: { value: 1000 },
    pieces: [
      { value: 2000 },
      { description: 'text' },
      { preemptionPolicy: 'Never' },
      { value: 2_000_000_000 },
      { globalDefault: false },
    ],
  },
  {
    apiVersions: ['storage.k8s.io/v1'],
    kind: 'StorageClass',
    plural: 'storageclasses',
    clusterScoped: true,
    base: { provisioner: 'example.com/disk' },
    pieces: [
      { provisioner: 'example.com/other' },
      { parameters: { type: 'ssd' } },
      { reclaimPolicy: 'Retain' },
      { reclaimPolicy: 'Nonsense' },
      { allowVolumeExpansion: true },
      { volumeBindingMode: 'WaitForFirstConsumer' },
      { mountOptions: ['a'] },
    ],
  },
  {
    apiVersions: ['v1'],
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    clusterScoped: true,
    base: { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
    pieces: [
      { spec: { capacity: { storage: '2Gi' } } },
      { spec: { persistentVolumeReclaimPolicy: 'Delete' } },
      { spec: { storageClassName: 'fast' } },
      { spec: { accessModes: [] } },
      { spec: { hostPath: null } },
      { spec: { volumeMode: 'Block' } },
    ],
  },
]
