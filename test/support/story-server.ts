/** The API server of one story: the sandbox, or a real control plane of its own when HALCYON_E2E=cluster. Effects. */
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Connection } from '../../src/kube/connection.ts'
import { loadConnection } from '../../src/kube/kubeconfig.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts'
import { writePrivate } from '../../src/up-cluster.ts'
import { lendCluster } from './cluster/borrowed.ts'
import { startRealCluster, testKubeconfigVariable } from './cluster/real-cluster.ts'

export interface StoryServer extends AsyncDisposable {
  readonly connection: Connection
}

/** What only the sandbox can do for a story; a real control plane takes its own time. */
export type StoryServerOptions = Pick<SandboxOptions, 'simulate'>

/** Empty at first; started again with the same directory, it has what it had. */
export function startStoryServer(directory: string, options: StoryServerOptions): Promise<StoryServer> {
  if (process.env['HALCYON_E2E'] === 'cluster') {
    if (process.env[testKubeconfigVariable]) return lendCluster(directory, new Set(inject('baseline')))
    const machines = options.simulate !== false
    return startRealCluster({ directory: join(directory, 'control-plane'), machines, env: process.env })
  }
  return startSandboxServer(directory, options)
}

async function startSandboxServer(directory: string, options: StoryServerOptions): Promise<StoryServer> {
  const sandbox = await startSandbox({ clock: systemClock, directory: join(directory, 'sandbox'), ...options })
  const kubeconfig = join(directory, 'server.kubeconfig')
  writePrivate(kubeconfig, sandbox.kubeconfig())
  return {
    connection: await loadConnection({ path: kubeconfig, env: {}, home: directory }),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
