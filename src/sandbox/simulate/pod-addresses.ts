/** Addresses of pods: 10.244.0.0/16 shared out by node, none given twice. */
import type { SimulatedCluster } from './cluster.ts'
import type { Pod } from './types.ts'

export interface PodAddresses {
  /** A free address on the node. When all are taken, one is given again. */
  take(node: string): string
  release(address: string | undefined): void
}

/** Addresses that pods already hold are found at the first `take`: the simulation may have been restarted. */
export function createPodAddresses(cluster: SimulatedCluster, nodeNames: readonly string[]): PodAddresses {
  const share = Math.max(1, Math.floor(255 / Math.max(1, nodeNames.length)))
  const next = new Map<string, number>()
  let taken: Set<string> | undefined

  function held(): Set<string> {
    const addresses = new Set<string>()
    for (const pod of cluster.list({ group: '', kind: 'Pod' }) as readonly Pod[]) {
      if (pod.status?.podIP !== undefined) addresses.add(pod.status.podIP)
    }
    return addresses
  }

  return {
    take: (node) => {
      taken ??= held()
      const first = Math.max(0, nodeNames.indexOf(node)) * share
      let address = ''
      for (let attempt = 0; attempt < share * 254; attempt++) {
        const number = (next.get(node) ?? 0) % (share * 254)
        next.set(node, number + 1)
        address = `10.244.${first + Math.floor(number / 254)}.${1 + (number % 254)}`
        if (!taken.has(address)) break
      }
      taken.add(address)
      return address
    },
    release: (address) => {
      if (address !== undefined) taken?.delete(address)
    },
  }
}
