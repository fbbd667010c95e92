/** The cluster generator (Argo CD, Generators-Cluster): one set of parameters per cluster Secret, and one for the local cluster. */
import type { z } from 'zod'
import type { ClusterGenerator } from '../../../api/applicationset.ts'
import { getString, getStringMap } from '../../../kube/fields.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { Generation } from '../generation.ts'
import { normalizeName } from '../params.ts'
import { secretValue } from '../secrets.ts'
import { isSelective, selects } from '../selector.ts'
import { type Params, stringMap } from '../templates.ts'
import { withValues } from './values.ts'

export interface KnownCluster {
  readonly name: string
  readonly server: string
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** No Secret speaks of it: the cluster that Argo CD runs in. */
  readonly local: boolean
}

export const localServer = 'https://kubernetes.default.svc'

/** What the cluster Secrets say, and the local cluster last unless one of them is it. */
export function knownClusters(secrets: readonly KubeObject[]): KnownCluster[] {
  const named = secrets
    .filter((secret) => getString(secret, 'metadata', 'labels', 'argocd.argoproj.io/secret-type') === 'cluster')
    .map((secret) => ({
      name: secretValue(secret, 'name') ?? '',
      server: secretValue(secret, 'server') ?? '',
      project: secretValue(secret, 'project') ?? '',
      labels: getStringMap(secret, 'metadata', 'labels'),
      annotations: getStringMap(secret, 'metadata', 'annotations'),
      local: false,
    }))
  if (named.some(({ server }) => server === localServer)) return named
  return [...named, { name: 'in-cluster', server: localServer, project: '', labels: {}, annotations: {}, local: true }]
}

export async function clusterParams(
  clusters: z.infer<typeof ClusterGenerator>,
  generation: Generation,
): Promise<Params[]> {
  const { selector } = clusters
  const chosen = knownClusters(await generation.context.clusters()).filter((cluster) =>
    cluster.local ? !isSelective(selector) : selector === undefined || selects(selector, cluster.labels),
  )
  // Those without a Secret come first.
  const ordered = [...chosen.filter(({ local }) => local), ...chosen.filter(({ local }) => !local)]
  const params = ordered.map((cluster) => paramsOf(cluster, generation.dialect.goTemplate))
  const complete = await withValues(params, clusters.values, generation)
  return clusters.flatList === true ? [{ clusters: complete }] : complete
}

function paramsOf(cluster: KnownCluster, goTemplate: boolean): Params {
  const { name, server, project, labels, annotations, local } = cluster
  const params = { name, nameNormalized: local ? name : normalizeName(name), server, project }
  if (local) return params
  if (goTemplate) {
    const metadata: Record<string, unknown> = {}
    if (Object.keys(annotations).length > 0) metadata['annotations'] = stringMap(annotations)
    if (Object.keys(labels).length > 0) metadata['labels'] = stringMap(labels)
    return { ...params, metadata }
  }
  const flat: Record<string, string> = { ...params }
  for (const [key, value] of Object.entries(annotations)) flat[`metadata.annotations.${key}`] = value
  for (const [key, value] of Object.entries(labels)) flat[`metadata.labels.${key}`] = value
  return flat
}
