/** The mark of a cluster whose content may be thrown away. It is on the cluster, as a name in a kubeconfig may lead anywhere. Effects. */
import type { ApiResource, KubeClient } from '../../../src/kube/client.ts'

export const disposableLabel = 'halcyon.dev/disposable'
/** The namespace that every cluster has and nobody deploys to. */
const marked = 'kube-system'

/** Throws unless `kube-system` carries the label. Everything outside the system's own namespaces may be deleted afterwards. */
export async function requireDisposable(client: KubeClient): Promise<void> {
  const namespace = await client.get(await namespaces(client), '', marked)
  if (namespace.metadata.labels?.[disposableLabel] === 'true') return
  throw new Error(
    `Cannot test on ${client.name} (${client.server}): it is not marked as disposable, and tests delete what they find; ` +
      `if nothing on it matters: kubectl label namespace ${marked} ${disposableLabel}=true`,
  )
}

export async function markDisposable(client: KubeClient): Promise<void> {
  const labels = { [disposableLabel]: 'true' }
  await client.patch(await namespaces(client), { namespace: '', name: marked }, { metadata: { labels } })
}

async function namespaces(client: KubeClient): Promise<ApiResource> {
  const resource = (await client.discovery()).resource({ group: '', kind: 'Namespace' })
  if (resource === undefined) throw new Error(`Cannot read namespaces: ${client.server} serves none`)
  return resource
}
