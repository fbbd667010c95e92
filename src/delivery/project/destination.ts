/** May an application of this project be deployed to this cluster and namespace? Pure. Source: Argo CD, user guide "Projects". */
import type { AppProject, ProjectDestination } from '../../api/appproject.ts'
import { matchGlob } from '../../api/glob.ts'
import { deny, permit, type Verdict } from './verdict.ts'

/** A cluster as the project sees it: both its names count. */
export interface ClusterName {
  readonly server: string
  readonly name: string
}

export interface Destination extends ClusterName {
  readonly namespace: string
}

/**
 * Rules are read in order; the first that refuses decides, else any that permits. A rule permits when server or name matches and namespace too,
 * where `!x` matches all but x. It refuses when its denied cluster is meant and its namespace matches, or its denied namespace and its server.
 */
export function isDestinationPermitted(
  project: AppProject,
  destination: Destination,
  /** Clusters whose Secret names this project; asked for only with permitOnlyProjectScopedClusters. */
  scopedClusters: readonly ClusterName[] = [],
): Verdict {
  const listed = byRules(project, destination)
  if (!listed.permitted || !project.spec.permitOnlyProjectScopedClusters) return listed
  const scoped = scopedClusters.some(
    (cluster) => cluster.name === destination.name || cluster.server === destination.server,
  )
  if (scoped) return listed
  return deny(
    'permitOnlyProjectScopedClusters',
    `cluster ${clusterText(destination)} does not belong to project ${project.metadata.name}`,
  )
}

function byRules(project: AppProject, destination: Destination): Verdict {
  const text = destinationText(destination)
  let match: Verdict | undefined
  for (const [index, rule] of (project.spec.destinations ?? []).entries()) {
    const where = `destinations[${index}]`
    const effect = effectOf(rule, destination)
    if (effect === 'denies') return deny(where, `${ruleText(rule)} denies ${text}`)
    if (effect === 'permits') match ??= permit(where, `${ruleText(rule)} permits ${text}`)
  }
  return match ?? deny('destinations', `no rule of project ${project.metadata.name} permits ${text}`)
}

function effectOf(rule: ProjectDestination, { server, name, namespace }: Destination): 'permits' | 'denies' | 'none' {
  const byName = name !== '' && matches(rule.name ?? '', name)
  const byServer = server !== '' && matches(rule.server ?? '', server)
  const inNamespace = matches(rule.namespace ?? '', namespace)
  if ((byServer || byName) && inNamespace) return 'permits'
  const clusterDenied = (!byName && isDeny(rule.name)) || (!byServer && isDeny(rule.server))
  if (clusterDenied && inNamespace) return 'denies'
  if (!inNamespace && isDeny(rule.namespace) && byServer) return 'denies'
  return 'none'
}

function matches(pattern: string, value: string): boolean {
  return isDeny(pattern) ? !matchGlob(pattern.slice(1), value) : matchGlob(pattern, value)
}

function isDeny(pattern: string | undefined): boolean {
  return pattern?.startsWith('!') === true
}

function ruleText({ server, name, namespace }: ProjectDestination): string {
  const parts = Object.entries({ server, name, namespace }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: "${value}"`],
  )
  return `{${parts.join(', ')}}`
}

function clusterText({ server, name }: ClusterName): string {
  return name === '' || name === server ? server : server === '' ? name : `${name} (${server})`
}

/** `namespace web of cluster in-cluster (https://kubernetes.default.svc)`. */
export function destinationText(destination: Destination): string {
  const namespace = destination.namespace === '' ? 'no namespace' : `namespace ${destination.namespace}`
  return `${namespace} of cluster ${clusterText(destination)}`
}
