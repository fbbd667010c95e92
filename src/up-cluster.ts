/** Opens what `up` writes to: the embedded sandbox, or the cluster of a kubeconfig context. Effects. */
import { chmodSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { HalcyonError } from './api/errors.ts'
import type { Config, Environment } from './config.ts'
import type { Connection } from './kube/connection.ts'
import { KubeconfigError, loadConnection, loadKubeconfig } from './kube/kubeconfig.ts'
import { systemClock } from './runtime/clock.ts'
import type { Lifecycle } from './runtime/lifecycle.ts'

export interface Connections {
  /** Shown beside the service. */
  readonly detail: string
  readonly connection: Connection
  /** Other contexts of the same kubeconfig, by name. */
  readonly others: () => readonly Connection[]
  /** Where kubectl finds the sandbox. */
  readonly kubeconfig: string | undefined
}

export async function openConnections(config: Config, env: Environment, lifecycle: Lifecycle): Promise<Connections> {
  if (config.cluster.kind === 'sandbox') return openSandbox(config, config.cluster.fresh, lifecycle)
  const { path, context } = config.cluster
  try {
    const kubeconfig = await loadKubeconfig({ path, context, env, home: homedir() })
    const connection = await kubeconfig.connection(context)
    const others: Connection[] = []
    for (const name of kubeconfig.contexts) {
      if (name === connection.name) continue
      // A context that cannot be read is an error of the application that names it, not of the start.
      const other = await kubeconfig.connection(name).catch(() => undefined)
      if (other !== undefined) others.push(other)
    }
    return {
      detail: `${connection.server}   (context ${connection.name})`,
      connection,
      others: () => others,
      kubeconfig: undefined,
    }
  } catch (error) {
    if (error instanceof KubeconfigError) throw new HalcyonError('ConfigInvalid', error.message, { cause: error })
    throw error
  }
}

async function openSandbox(config: Config, fresh: boolean, lifecycle: Lifecycle): Promise<Connections> {
  // Loaded here: who has a cluster must not pay for a second one.
  const { startSandbox } = await import('./sandbox/sandbox.ts')
  const directory = join(config.dataDir, 'sandbox')
  const sandbox = lifecycle.use('sandbox', await startSandbox({ clock: systemClock, directory, fresh }))
  const kubeconfig = join(config.dataDir, 'sandbox.kubeconfig')
  writePrivate(kubeconfig, sandbox.kubeconfig())
  const connection = await loadConnection({ path: kubeconfig, env: {}, home: homedir() })
  return { detail: sandbox.url, connection: { ...connection, name: 'sandbox' }, others: () => [], kubeconfig }
}

/** A kubeconfig holds a token: only its owner may read it. */
export function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  chmodSync(path, 0o600)
}
