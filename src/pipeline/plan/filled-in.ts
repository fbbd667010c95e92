/** Fields of a manifest that a controller of Kubernetes always overwrites, so that applying them would be a fight without end. Pure. */
import { getList } from '../../kube/fields.ts'
import type { GroupKind } from '../../kube/object.ts'

/**
 * The body of an object without them. Today: `rules` of a ClusterRole with an aggregation rule, which the control plane fills in from the
 * roles it selects (Kubernetes, RBAC, aggregated ClusterRoles; Argo CD has `ignoreAggregatedRoles` for this).
 */
export function withoutFilledIn(kind: GroupKind, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isClusterRole = kind.kind === 'ClusterRole' && kind.group === 'rbac.authorization.k8s.io'
  if (!isClusterRole || getList(body, 'aggregationRule', 'clusterRoleSelectors').length === 0) return { ...body }
  const { rules: _rules, ...rest } = body
  return rest
}
