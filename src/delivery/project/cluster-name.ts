/** Which cluster a destination means, by both of its names. Pure. */
import type { ClusterName } from './destination.ts'

/** Argo CD's own cluster, unless a Secret renames it. */
export const inCluster: ClusterName = { name: 'in-cluster', server: 'https://kubernetes.default.svc' }

/** Fills in the name of a server and the server of a name from what is known; what is unknown stays as it was given. */
export function clusterNameOf(
  destination: { readonly server?: string | undefined; readonly name?: string | undefined },
  known: readonly ClusterName[],
): ClusterName {
  const { server = '', name = '' } = destination
  const all = [...known, inCluster]
  const found = name === '' ? all.find((one) => one.server === server) : all.find((one) => one.name === name)
  return found ?? { server, name }
}
