/** Which cluster an Application's destination means. Clusters are opened on first use. */
import type { Application } from '../api/application.ts'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { KubeClient } from '../kube/client.ts'
import type { Target } from '../pipeline/apply/target.ts'
import type { LiveIndex } from '../pipeline/observe/live-index.ts'

/** One opened cluster. */
export interface Cluster {
  readonly name: string
  readonly client: KubeClient
  readonly live: LiveIndex
  readonly target: Target
  readonly defaultNamespace: string
}

export interface ClusterSource {
  readonly name: string
  readonly server: string
  /** Reads discovery; throws when the API server does not answer. */
  open(signal: AbortSignal): Promise<Cluster>
}

export interface Destinations extends AsyncDisposable {
  /** Throws HalcyonError ClusterUnknown, ClusterUnavailable. */
  cluster(destination: Application['spec']['destination'], signal: AbortSignal): Promise<Cluster>
  /** The name without opening. */
  nameOf(destination: Application['spec']['destination']): string
  readonly opened: readonly Cluster[]
}

const inCluster = new Set(['https://kubernetes.default.svc', 'https://kubernetes.default.svc.cluster.local'])

/** `first` is where `in-cluster`, the in-cluster address and an empty destination lead; others are found by name or server URL. */
export function createDestinations(
  first: ClusterSource,
  others: () => readonly ClusterSource[],
  onOpen: (cluster: Cluster) => void,
): Destinations {
  const opened = new Map<ClusterSource, Promise<Cluster>>()
  const ready: Cluster[] = []

  function find(destination: Application['spec']['destination']): ClusterSource | undefined {
    const { name, server } = destination
    const isFirst = (name === undefined || name === '') && (server === undefined || server === '')
    if (isFirst || name === 'in-cluster' || (server !== undefined && inCluster.has(server))) return first
    if (name !== undefined && name === first.name) return first
    if (server !== undefined && server === first.server) return first
    return others().find((one) => (name ? one.name === name : one.server === server))
  }

  function open(source: ClusterSource, signal: AbortSignal): Promise<Cluster> {
    const known = opened.get(source)
    if (known !== undefined) return known
    const opening = source.open(signal).then((cluster) => {
      ready.push(cluster)
      onOpen(cluster)
      return cluster
    })
    opened.set(source, opening)
    // A failed opening is not remembered: the next caller tries again.
    opening.catch(() => opened.delete(source))
    return opening
  }

  return {
    async cluster(destination, signal) {
      const source = find(destination)
      if (source === undefined) {
        const wanted = destination.name ?? destination.server ?? ''
        const known = [first, ...others()].map((one) => one.name).join(', ')
        throw new HalcyonError('ClusterUnknown', `Cannot find cluster ${wanted}: known here are ${known}`)
      }
      try {
        return await open(source, signal)
      } catch (error) {
        if (error instanceof HalcyonError) throw error
        throw new HalcyonError('ClusterUnavailable', `Cannot open cluster ${source.name}: ${messageOf(error)}`, {
          cause: error,
        })
      }
    },
    nameOf: (destination) => find(destination)?.name ?? destination.name ?? destination.server ?? '',
    get opened() {
      return ready
    },
    async [Symbol.asyncDispose]() {
      for (const cluster of ready) {
        await cluster.live[Symbol.asyncDispose]()
        await cluster.client[Symbol.asyncDispose]()
      }
    },
  }
}
