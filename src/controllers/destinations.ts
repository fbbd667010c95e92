/** Which cluster an Application's destination means. Clusters are opened on first use, and closed when they are not declared any more. */
import type { Application } from '../api/application.ts'
import { HalcyonError, messageOf } from '../api/errors.ts'
import { inCluster as ownCluster } from '../delivery/project/cluster-name.ts'
import type { ClusterName } from '../delivery/project/destination.ts'
import type { KubeClient } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
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

type Destination = Application['spec']['destination']

export interface Destinations extends AsyncDisposable {
  /** Throws HalcyonError ClusterUnknown, ClusterUnavailable. */
  cluster(destination: Destination, signal: AbortSignal): Promise<Cluster>
  /** The name without opening. */
  nameOf(destination: Destination): string
  /** Both names of the cluster, as projects know it: the first is `in-cluster` when it is asked for as that. What is unknown stays as it was given. */
  namesOf(destination: Destination): ClusterName
  /** What is declared has changed: closes what is open and not declared any more. */
  changed(): Promise<void>
  readonly opened: readonly Cluster[]
}

/** Clusters besides the first. */
export interface OtherClusters {
  /** The same object for the same connection, so that a cluster is opened once. */
  readonly list: readonly ClusterSource[]
  /** Resolves when the list is complete; rejects with why nobody can know. */
  known(signal: AbortSignal): Promise<void>
}

const inCluster = new Set(['https://kubernetes.default.svc', 'https://kubernetes.default.svc.cluster.local'])

/** True for the address by which Argo CD means the cluster it runs in. */
export function isInCluster(server: string): boolean {
  return inCluster.has(server)
}

/** `first` is where `in-cluster`, the in-cluster address and an empty destination lead; others are found by name or server URL. */
export function createDestinations(
  first: ClusterSource,
  others: OtherClusters,
  onOpen: (cluster: Cluster) => void,
): Destinations {
  const opened = new Map<ClusterSource, Promise<Cluster>>()
  const ready = new Map<ClusterSource, Cluster>()

  /** Several when a name is given twice. */
  function find({ name = '', server = '' }: Destination): readonly ClusterSource[] {
    if (name === '' && server === '') return [first]
    if (name === 'in-cluster' || (name !== '' && name === first.name)) return [first]
    if (server !== '' && (isInCluster(server) || withoutSlash(server) === withoutSlash(first.server))) return [first]
    const all = others.list
    const wanted = name || all.find((one) => withoutSlash(one.server) === withoutSlash(server))?.name
    // Under one name only one cluster can be kept apart from others, also when its server is how it is asked for.
    const found = all.filter((one) => one.name === wanted)
    return found.length === 1 && isInCluster(found[0]?.server ?? '') ? [first] : found
  }

  function open(source: ClusterSource, signal: AbortSignal): Promise<Cluster> {
    const known = opened.get(source)
    if (known !== undefined) return known
    const opening = source.open(signal).then(async (cluster) => {
      if (opened.get(source) !== opening) {
        await close(cluster)
        throw new HalcyonError('ClusterUnknown', `Cannot open cluster ${source.name}: it is not declared any more`)
      }
      ready.set(source, cluster)
      onOpen(cluster)
      return cluster
    })
    opened.set(source, opening)
    // A failed opening is not remembered: the next caller tries again.
    opening.catch(() => {
      if (opened.get(source) === opening) opened.delete(source)
    })
    return opening
  }

  function unknown(destination: Destination): HalcyonError {
    const wanted = destination.name || destination.server || ''
    const byServer = !destination.name
    const known = [first, ...others.list].map((one) => (byServer ? `${one.server} (${one.name})` : one.name)).join(', ')
    return new HalcyonError('ClusterUnknown', `Cannot find cluster ${wanted}: known here are ${known}`)
  }

  return {
    async cluster(destination, signal) {
      // No data is never "not there": what is declared must have been read before a cluster counts as unknown.
      if (find(destination).length === 0) await others.known(signal)
      const [source, second] = find(destination)
      if (source === undefined) throw unknown(destination)
      if (second !== undefined) {
        throw new HalcyonError(
          'ClusterUnknown',
          `Cannot tell clusters apart: ${source.server} and ${second.server} are both named ${source.name}; give them different names`,
        )
      }
      try {
        return await open(source, signal)
      } catch (error) {
        if (error instanceof HalcyonError) throw error
        const refused = error instanceof ApiError && (error.code === 401 || error.code === 403)
        throw new HalcyonError(
          refused ? 'ClusterRefused' : 'ClusterUnavailable',
          `Cannot open cluster ${source.name}: ${messageOf(error)}`,
          { cause: error },
        )
      }
    },
    nameOf: (destination) => find(destination)[0]?.name ?? (destination.name || destination.server || ''),
    namesOf(destination) {
      const { name = '', server = '' } = destination
      const found = find(destination)[0]
      if (found === undefined) return { name, server }
      const isOwn = found === first && name !== first.name && (name !== '' || server === '' || isInCluster(server))
      return isOwn ? ownCluster : { name: found.name, server: found.server }
    },
    async changed() {
      const declared = new Set([first, ...others.list])
      const gone = [...ready].filter(([source]) => !declared.has(source))
      for (const source of opened.keys()) if (!declared.has(source)) opened.delete(source)
      for (const [source] of gone) ready.delete(source)
      await Promise.all(gone.map(([, cluster]) => close(cluster)))
    },
    get opened() {
      return [...ready.values()]
    },
    async [Symbol.asyncDispose]() {
      for (const cluster of ready.values()) await close(cluster)
    },
  }
}

async function close(cluster: Cluster): Promise<void> {
  await cluster.live[Symbol.asyncDispose]()
  await cluster.client[Symbol.asyncDispose]()
}

function withoutSlash(server: string): string {
  return server.replace(/\/+$/, '')
}
