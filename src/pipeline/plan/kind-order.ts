/** The order in which kinds are applied within a wave. Pure. */

/**
 * Argo CD's order (gitops-engine `sync_tasks.go`), so that a repository that relies on it needs no waves. Kinds are compared without
 * their group, as there.
 */
const order = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
]

const ranks: ReadonlyMap<string, number> = new Map(order.map((kind, rank) => [kind, rank]))

/** Smaller is applied earlier; kinds outside the table come last, all with the same rank. */
export function kindRank(kind: string): number {
  return ranks.get(kind) ?? order.length
}
