/** May an application of this project contain this object? Pure. Source: Argo CD, user guide "Projects"; names in cluster lists since 3.x. */
import type { AppProject, ClusterResourceRule } from '../../api/appproject.ts'
import { matchFile } from '../match/file-match.ts'
import { type ClusterName, type Destination, isDestinationPermitted } from './destination.ts'
import { deny, permit, type Verdict } from './verdict.ts'

export interface ResourceQuestion {
  readonly group: string
  readonly kind: string
  readonly name: string
  /** '' for a cluster-scoped object. */
  readonly namespace: string
  readonly namespaced: boolean
}

/**
 * Cluster-scoped kinds need a rule in clusterResourceWhitelist; namespaced kinds are permitted unless namespaceResourceWhitelist exists and does
 * not name them. Blacklists subtract. A namespaced object's own namespace must be a permitted destination too.
 */
export function isResourcePermitted(
  project: AppProject,
  resource: ResourceQuestion,
  cluster: ClusterName,
  scopedClusters: readonly ClusterName[] = [],
): Verdict {
  const kind = isKindPermitted(project, resource)
  if (!kind.permitted || !resource.namespaced) return kind
  const destination: Destination = { ...cluster, namespace: resource.namespace }
  const place = isDestinationPermitted(project, destination, scopedClusters)
  return place.permitted ? kind : deny(place.rule, `${resourceText(resource)}: ${place.because}`)
}

function isKindPermitted(project: AppProject, resource: ResourceQuestion): Verdict {
  const { spec } = project
  const [whiteName, white, blackName, black] = resource.namespaced
    ? ([
        'namespaceResourceWhitelist',
        spec.namespaceResourceWhitelist,
        'namespaceResourceBlacklist',
        spec.namespaceResourceBlacklist,
      ] as const)
    : ([
        'clusterResourceWhitelist',
        spec.clusterResourceWhitelist,
        'clusterResourceBlacklist',
        spec.clusterResourceBlacklist,
      ] as const)
  const text = resourceText(resource)
  const refused = find(black, resource)
  if (refused !== undefined) return deny(`${blackName}[${refused}]`, `${ruleText(black![refused]!)} excludes ${text}`)
  const found = find(white, resource)
  if (found !== undefined) return permit(`${whiteName}[${found}]`, `${ruleText(white![found]!)} permits ${text}`)
  if (resource.namespaced && white === undefined)
    return permit(whiteName, `without the list every namespaced kind is permitted, ${text} too`)
  return deny(whiteName, `no rule of project ${project.metadata.name} permits ${text}`)
}

function find(rules: readonly ClusterResourceRule[] | undefined, resource: ResourceQuestion): number | undefined {
  const index = (rules ?? []).findIndex(
    (rule) =>
      matchFile(rule.kind, resource.kind) &&
      matchFile(rule.group, resource.group) &&
      (rule.name === undefined || rule.name === '' || matchFile(rule.name, resource.name)),
  )
  return index < 0 ? undefined : index
}

function ruleText({ group, kind, name }: ClusterResourceRule): string {
  return `{group: "${group}", kind: "${kind}"${name === undefined ? '' : `, name: "${name}"`}}`
}

function resourceText({ group, kind, name, namespace }: ResourceQuestion): string {
  const place = namespace === '' ? name : `${namespace}/${name}`
  return `${kind}${group === '' ? '' : `.${group}`}${place === '' ? '' : ` ${place}`}`
}
