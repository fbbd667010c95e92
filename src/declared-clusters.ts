/** Kubeconfig contexts and cluster Secrets as the clusters that destinations may name. Part of the composition root; no effects. */

import type { ClusterSecrets, DeclaredCluster } from './controllers/cluster-secrets.ts'
import type { ClusterSource, OtherClusters } from './controllers/destinations.ts'
import type { Connection } from './kube/connection.ts'

/**
 * Secrets come before contexts of the same name: they are what Argo CD would use. A name that several Secrets give stays in the list
 * as often, so that a destination with that name can be refused.
 */
export function declaredClusters(
  secrets: ClusterSecrets,
  contexts: () => readonly Connection[],
  toSource: (connection: Connection) => ClusterSource,
): OtherClusters {
  const ofSecret = new WeakMap<DeclaredCluster, ClusterSource>()
  const ofContext = new WeakMap<Connection, ClusterSource>()

  function sourceOf(declared: DeclaredCluster): ClusterSource {
    let source = ofSecret.get(declared)
    if (source === undefined) {
      source = toSource(declared.secret.connection)
      ofSecret.set(declared, source)
    }
    return source
  }

  function contextSource(connection: Connection): ClusterSource {
    const source = ofContext.get(connection) ?? toSource(connection)
    ofContext.set(connection, source)
    return source
  }

  return {
    get list() {
      const sources = secrets.list.map(sourceOf)
      const taken = new Set(sources.map((source) => source.name))
      return [
        ...sources,
        ...contexts()
          .filter(({ name }) => !taken.has(name))
          .map(contextSource),
      ]
    },
    known: (signal) => secrets.known(signal),
  }
}
