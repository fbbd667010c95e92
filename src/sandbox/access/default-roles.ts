/** The roles every cluster has, and who holds them from the start. Data. Source: kubernetes.io/docs/reference/access-authn-authz/rbac. */
import type { KubeObject } from '../../kube/object.ts'
import { AUTHENTICATED, MASTERS } from './user.ts'

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']
const RBAC = 'rbac.authorization.k8s.io'

const VIEWED: Readonly<Record<string, string[]>> = {
  '': [
    'bindings',
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'namespaces',
    'namespaces/status',
    'persistentvolumeclaims',
    'persistentvolumeclaims/status',
    'pods',
    'pods/log',
    'pods/status',
    'replicationcontrollers',
    'replicationcontrollers/scale',
    'replicationcontrollers/status',
    'resourcequotas',
    'resourcequotas/status',
    'serviceaccounts',
    'services',
    'services/status',
  ],
  apps: [
    'controllerrevisions',
    'daemonsets',
    'daemonsets/status',
    'deployments',
    'deployments/scale',
    'deployments/status',
    'replicasets',
    'replicasets/scale',
    'replicasets/status',
    'statefulsets',
    'statefulsets/scale',
    'statefulsets/status',
  ],
  autoscaling: ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'],
  batch: ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'],
  'discovery.k8s.io': ['endpointslices'],
  'networking.k8s.io': ['ingresses', 'ingresses/status', 'networkpolicies'],
  policy: ['poddisruptionbudgets', 'poddisruptionbudgets/status'],
}

const EDITED: Readonly<Record<string, string[]>> = {
  '': [
    'configmaps',
    'events',
    'persistentvolumeclaims',
    'pods',
    'pods/attach',
    'pods/eviction',
    'pods/exec',
    'pods/portforward',
    'pods/proxy',
    'replicationcontrollers',
    'replicationcontrollers/scale',
    'secrets',
    'serviceaccounts',
    'serviceaccounts/token',
    'services',
    'services/proxy',
  ],
  apps: [
    'daemonsets',
    'deployments',
    'deployments/rollback',
    'deployments/scale',
    'replicasets',
    'replicasets/scale',
    'statefulsets',
    'statefulsets/scale',
  ],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
}

const viewRules = rulesOf(VIEWED, READ)
const editRules = [...rulesOf({ '': ['secrets'] }, READ), ...viewRules, ...rulesOf(EDITED, WRITE)]
const adminRules = [
  ...editRules,
  ...rulesOf({ [RBAC]: ['roles', 'rolebindings'] }, [...READ, ...WRITE]),
  ...rulesOf({ 'authorization.k8s.io': ['localsubjectaccessreviews'] }, ['create']),
]
const paths = (...nonResourceURLs: string[]) => ({ nonResourceURLs, verbs: ['get'] })

export const DEFAULT_ROLES: readonly KubeObject[] = [
  role('cluster-admin', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ]),
  role('admin', adminRules),
  role('edit', editRules),
  role('view', viewRules),
  role('system:basic-user', [
    ...rulesOf({ 'authorization.k8s.io': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] }, ['create']),
    ...rulesOf({ 'authentication.k8s.io': ['selfsubjectreviews'] }, ['create']),
  ]),
  role('system:discovery', [
    paths(
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ),
  ]),
  role('system:public-info-viewer', [paths('/healthz', '/livez', '/readyz', '/version', '/version/')]),
  binding('cluster-admin', MASTERS),
  binding('system:basic-user', AUTHENTICATED),
  binding('system:discovery', AUTHENTICATED),
  binding('system:public-info-viewer', AUTHENTICATED, 'system:unauthenticated'),
]

function rulesOf(resources: Readonly<Record<string, string[]>>, verbs: readonly string[]): object[] {
  return Object.entries(resources).map(([group, names]) => ({ apiGroups: [group], resources: names, verbs }))
}

function role(name: string, rules: readonly object[]): KubeObject {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: metadata(name), rules }
}

function binding(name: string, ...groups: string[]): KubeObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group })),
  }
}

function metadata(name: string): KubeObject['metadata'] {
  return {
    name,
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  }
}
