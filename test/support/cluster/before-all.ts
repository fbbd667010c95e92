/**
 * Around all stories on a real cluster: finds or builds the programs, so that no story's time is spent on that; or prepares the borrowed
 * cluster and notes what is on it. Effects: Go, the cluster, stderr.
 */
import type { TestProject } from 'vitest/node'
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { findOrBuildBinaries } from './binaries.ts'
import { listAll } from './leftovers.ts'
import { startRealCluster, testKubeconfigVariable } from './real-cluster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Keys of what a borrowed cluster held before the first story. */
    baseline: readonly string[]
  }
}

export default async function aroundAll(project: TestProject): Promise<() => Promise<void>> {
  const progress = (line: string) => process.stderr.write(`${line}\n`)
  const borrowed = process.env[testKubeconfigVariable]
  project.provide('baseline', [])
  if (!borrowed) {
    await findOrBuildBinaries({ progress })
    return async () => {}
  }
  progress(`stories run on the cluster of ${borrowed}`)
  // Its machines are played until the last story is over.
  const cluster = await startRealCluster({ progress })
  await using client = createKubeClient(cluster.connection, { clock: systemClock, random: Math.random })
  project.provide('baseline', await listAll(client))
  return async () => {
    await cluster[Symbol.asyncDispose]()
  }
}
