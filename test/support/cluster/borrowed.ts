/** The cluster of HALCYON_TEST_KUBECONFIG, lent to one story after the other, empty each time. Effects: deletes what stories left. */
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { removeLeftovers } from './leftovers.ts'
import { type RealCluster, startRealCluster } from './real-cluster.ts'

let lent = false
let lastDirectory: string | undefined

/** The same directory again means the same story: it finds what it had. Throws when a story wants two clusters at once. */
export async function lendCluster(directory: string, baseline: ReadonlySet<string>): Promise<RealCluster> {
  if (lent) throw new Error('Cannot lend a second cluster: HALCYON_TEST_KUBECONFIG names one, and this story needs two')
  const cluster = await startRealCluster()
  await using client = createKubeClient(cluster.connection, { clock: systemClock, random: Math.random })
  if (directory !== lastDirectory) await removeLeftovers(client, baseline)
  lastDirectory = directory
  lent = true
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      lent = false
      await cluster[Symbol.asyncDispose]()
    },
  }
}
