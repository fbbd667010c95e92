/** The cluster decision generator (Argo CD, Generators-Cluster-Decision-Resource): clusters that the status of another object lists. */
import type { z } from 'zod'
import type { ClusterDecisionGenerator } from '../../../api/applicationset.ts'
import { getField, getString, isRecord } from '../../../kube/fields.ts'
import type { Generation } from '../generation.ts'
import { goText } from '../params.ts'
import { isSelective } from '../selector.ts'
import type { Params } from '../templates.ts'
import { knownClusters } from './clusters.ts'
import { withValues } from './values.ts'

export async function clusterDecisionParams(
  decision: z.infer<typeof ClusterDecisionGenerator>,
  generation: Generation,
): Promise<Params[]> {
  const { context, namespace } = generation
  const settings = await context.configMap(decision.configMapRef, namespace)
  if (settings === undefined) throw new Error(`there is no ConfigMap ${namespace}/${decision.configMapRef}`)
  const setting = (key: string) => getString(settings, 'data', key) ?? ''
  const apiVersion = setting('apiVersion')
  const kind = setting('kind')
  const matchKey = setting('matchKey')
  if (kind === '' || !apiVersion.includes('/', 1)) {
    throw new Error(`ConfigMap ${namespace}/${decision.configMapRef} needs apiVersion (group/version) and kind`)
  }
  if (matchKey === '') throw new Error(`ConfigMap ${namespace}/${decision.configMapRef} has no matchKey`)
  const name = decision.name ?? ''
  if ((name === '') !== isSelective(decision.labelSelector)) throw new Error('give one of name and labelSelector')
  const objects = await context.objects({
    apiVersion,
    kind,
    namespace,
    name: name === '' ? undefined : name,
    selector: decision.labelSelector,
  })
  if (objects.length === 0) throw new Error(`there is no ${kind} (${apiVersion}) that it selects`)
  const listKey = setting('statusListKey') || 'clusters'
  const clusters = new Map(knownClusters(await context.clusters()).map((cluster) => [cluster.name, cluster]))
  const params: Params[] = []
  for (const object of objects) {
    const decisions = getField(object, 'status', listKey)
    // An object whose controller has not decided yet says nothing, which is not "no clusters".
    if (!Array.isArray(decisions)) {
      throw new Error(`${kind} ${object.metadata.name} has no list status.${listKey} yet`)
    }
    for (const one of decisions) {
      const cluster = clusters.get(getString(one, matchKey) ?? '')
      if (cluster === undefined || !isRecord(one)) continue
      const own = Object.fromEntries(Object.entries(one).map(([key, value]) => [key, goText(value)]))
      params.push({ name: cluster.name, server: cluster.server, ...own })
    }
  }
  return withValues(params, decision.values, generation)
}
