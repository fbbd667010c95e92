/** A real cluster for tests and benchmarks: the disposable one that HALCYON_TEST_KUBECONFIG names, else a control plane of our own. Effects. */
import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubeClient } from '../../../src/kube/client.ts'
import type { Connection } from '../../../src/kube/connection.ts'
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { loadConnection } from '../../../src/kube/kubeconfig.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { findOrBuildBinaries } from './binaries.ts'
import type { Component } from './component.ts'
import { type ControlPlaneOptions, startControlPlane } from './control-plane.ts'
import { requireDisposable } from './disposable.ts'
import { startKwok } from './kwok.ts'
import { isMachine, listNodes } from './machines.ts'

export const testKubeconfigVariable = 'HALCYON_TEST_KUBECONFIG'

export interface RealCluster extends AsyncDisposable {
  readonly kubeconfig: string
  readonly connection: Connection
  /** The processes that are ours: none of a cluster that somebody else runs, but for kwok. */
  readonly components: readonly Component[]
}

/** Ready for pods when it resolves. Disposing stops what was started here. */
export async function startRealCluster(options: ControlPlaneOptions = {}): Promise<RealCluster> {
  const kubeconfig = (options.env ?? process.env)[testKubeconfigVariable]
  return kubeconfig ? borrowCluster(kubeconfig, options) : startControlPlane(options)
}

/** The current context of a kubeconfig, if its cluster is marked as disposable; with machines of ours when it has none of kwok's. */
async function borrowCluster(kubeconfig: string, options: ControlPlaneOptions): Promise<RealCluster> {
  await using parts = new AsyncDisposableStack()
  const connection = await loadConnection({ path: kubeconfig, env: {}, home: homedir() })
  await using client = createKubeClient(connection, { clock: systemClock, random: Math.random })
  await requireDisposable(client)
  const components: Component[] = []
  const nodes = await listNodes(client)
  if (options.machines !== false && !nodes.some(isMachine)) {
    await cordon(
      client,
      nodes.map((node) => node.metadata.name ?? ''),
    )
    const directory = mkdtempSync(join(tmpdir(), 'halcyon-kwok-'))
    parts.defer(() => rmSync(directory, { recursive: true, force: true }))
    const { kwok: binary } = await findOrBuildBinaries(options)
    const { signal } = options
    components.push(parts.use(await startKwok({ binary, directory, logs: directory, kubeconfig, client, signal })))
  }
  const running = parts.move()
  return { kubeconfig, connection, components, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Images in stories do not exist, so pods must not land where something would try to pull them. */
async function cordon(client: KubeClient, names: readonly string[]): Promise<void> {
  const resource = (await client.discovery()).resource({ group: '', kind: 'Node' })
  if (resource === undefined) return
  for (const name of names) await client.patch(resource, { namespace: '', name }, { spec: { unschedulable: true } })
}
