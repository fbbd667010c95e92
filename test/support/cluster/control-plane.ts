/** A whole control plane of our own: etcd, kube-apiserver, its controllers, its scheduler, and machines without kubelets. Effects. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '../../../src/kube/connection.ts'
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { loadConnection } from '../../../src/kube/kubeconfig.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { loadIdentity } from '../../../src/sandbox/identity.ts'
import { kubeconfigText } from '../../../src/sandbox/kubeconfig.ts'
import { writePrivate } from '../../../src/up-cluster.ts'
import { type BinaryOptions, findOrBuildBinaries } from './binaries.ts'
import type { Component } from './component.ts'
import { startControllerManager, startScheduler } from './controllers.ts'
import { markDisposable } from './disposable.ts'
import { startEtcd } from './etcd.ts'
import { startApiServer } from './kube-apiserver.ts'
import { startKwok } from './kwok.ts'
import { freePorts } from './ports.ts'
import type { Surroundings } from './surroundings.ts'
import { removeVolumeFolders } from './volumes.ts'

export interface ControlPlane extends AsyncDisposable {
  readonly url: string
  readonly kubeconfig: string
  readonly connection: Connection
  readonly directory: string
  /** By name; what was left out is absent. */
  readonly components: readonly Component[]
}

export interface ControlPlaneOptions extends BinaryOptions {
  /** Kept with everything in it when it ends, and taken up again by the next start. Without it nothing is kept. */
  readonly directory?: string
  /** Default: any free one. */
  readonly port?: number
  /** Default true. Without them pods stay Pending. */
  readonly machines?: boolean
  /** Default true. False: the bare API server, where only what is asked for happens; no machines either. */
  readonly controllers?: boolean
}

/** Resolves when pods can run, or with fewer parts when those are ready. Throws with the end of a log when a part does not start; nothing is left running then. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = await findOrBuildBinaries(options)
  await using parts = new AsyncDisposableStack()
  const directory = options.directory ?? temporary(parts, tmpdir())
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const around: Surroundings = {
    binaries,
    directory,
    data: options.directory ?? temporary(parts, existsSync('/dev/shm') ? '/dev/shm' : tmpdir()),
    logs: join(directory, 'logs'),
    identity: loadIdentity(directory, Date.now()),
    signal: options.signal,
  }
  const components: Component[] = []
  const use = async (starting: Promise<Component>) => components.push(parts.use(await starting))

  const [client = 0, peer = 0, free = 0] = await freePorts(3)
  const server = options.port ?? free
  await use(startEtcd(around, { client, peer }))
  await use(startApiServer(around, { server, etcd: client }))

  const url = `https://127.0.0.1:${server}`
  const kubeconfig = join(directory, 'kubeconfig')
  const { token, certificates } = around.identity
  writePrivate(kubeconfig, kubeconfigText({ url, token, caPem: certificates.caPem, name: 'halcyon-test-cluster' }))
  const connection = await loadConnection({ path: kubeconfig, env: {}, home: directory })
  await using kube = createKubeClient(connection, { clock: systemClock, random: Math.random })
  if (options.controllers !== false) {
    await use(startScheduler(around, kubeconfig))
    // Before the API server goes, which knows them, and after the controllers; empty folders that nobody misses, also where state is kept.
    parts.defer(() => removeVolumeFolders(connection).catch(() => {}))
    await use(startControllerManager(around, kubeconfig, kube))
    if (options.machines !== false) {
      const { logs, signal } = around
      await use(startKwok({ binary: binaries.kwok, directory, logs, kubeconfig, client: kube, signal }))
    }
  }
  await markDisposable(kube)

  const running = parts.move()
  return { url, kubeconfig, connection, directory, components, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function temporary(parts: AsyncDisposableStack, below: string): string {
  const directory = mkdtempSync(join(below, 'halcyon-control-plane-'))
  parts.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
  return directory
}
