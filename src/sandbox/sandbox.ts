/** An in-process Kubernetes API server on loopback, with simulated controllers. Effects: a socket, timers, and files in the given directory. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../kube/object.ts'
import type { Clock } from '../runtime/clock.ts'
import { createAuthenticate } from './access/authenticate.ts'
import { createTokenKey } from './access/tokens.ts'
import { bootstrap } from './bootstrap.ts'
import type { ClusterState } from './cluster-state.ts'
import { startCrdController } from './crd/controller.ts'
import { startGarbageCollector } from './garbage-collector.ts'
import { createCounts, type RequestCounts } from './http/counters.ts'
import { createHandler } from './http/handler.ts'
import { type Intercept, listen } from './http/server.ts'
import { loadIdentity } from './identity.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { createResources, type Resources } from './resources.ts'
import { seed } from './seed.ts'
import type { SimulatedCluster } from './simulate/cluster.ts'
import { startSimulation } from './simulate/simulation.ts'
import { simulatedCluster } from './simulated-cluster.ts'
import { loadSnapshot, startSnapshots } from './snapshot.ts'
import { startStorageProtection } from './storage-protection.ts'
import { createStore, type Store } from './store.ts'
import { toTable } from './tables/to-table.ts'

export interface SandboxOptions {
  clock: Clock
  /** Where state is kept; without it nothing survives. */
  directory?: string
  /** Forget what the directory holds (the identity stays, so that kubeconfigs stay valid). */
  fresh?: boolean
  /** Objects to begin with, see parseSeed. What the directory holds already stays as it is. */
  seed?: readonly KubeObject[]
  /** Default: any free port. */
  port?: number
  /** Default true. Plain HTTP is for benches. */
  tls?: boolean
  /** Simulated controllers; default on. `speed` divides their waits. */
  simulate?: false | { nodes?: number; speed?: number }
  /** Remove what lost its owner and empty namespaces that go; default true. Without it the server stands alone, as one without controllers. */
  collectGarbage?: boolean
  /** From the creation of a CRD until it is served; default 100. */
  crdDelayMs?: number
  /** Between bookmarks of a watch; default 60,000. */
  bookmarkMs?: number
  /** Changes kept for resuming watches; default 20,000. */
  historySize?: number
  /** Catch code that modifies shared objects; slow. */
  freeze?: boolean
  /** Answers in place of the server. Can be changed later through the sandbox. */
  intercept?: Intercept
  logger?: SandboxLogger
}

export interface SandboxLogger {
  warn(details: object, message: string): void
}

export interface Sandbox extends AsyncDisposable {
  readonly url: string
  readonly token: string
  /** The authority that signed the server's certificate; undefined for plain HTTP. */
  readonly caPem: string | undefined
  /** Watches that are being served. */
  readonly openWatches: number
  /** Requests that were answered, by verb. */
  readonly requests: Readonly<RequestCounts>
  readonly store: Store
  readonly resources: Resources
  /** The store as controllers see it: for tests that play one. */
  readonly cluster: SimulatedCluster
  /** The text of a kubeconfig that leads here. */
  kubeconfig(): string
  /** Sets or clears the fault that is injected. */
  intercept(hook: Intercept | undefined): void
  /** Ends every open watch, as a restart of the server does. */
  closeWatches(): void
}

/** Listens when it resolves. Disposing saves the state, ends watches and closes the socket. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, directory, logger } = options
  const store = createStore({
    ...(options.historySize !== undefined && { historySize: options.historySize }),
    ...(options.freeze !== undefined && { freeze: options.freeze }),
  })
  if (directory !== undefined) {
    if (options.fresh === true) rmSync(join(directory, 'objects.ndjson'), { force: true })
    loadSnapshot(directory, store)
  }
  const resources = createResources()
  const identity = loadIdentity(directory, clock.now())
  const tokenKey = createTokenKey(identity.token)
  const parts = new DisposableStack()
  const state: ClusterState = {
    store,
    resources,
    clock,
    newUid: randomUUID,
    tokenKey,
    logs: (...request) => simulation?.logs(...request),
  }
  const cluster = simulatedCluster(state)
  if (options.seed !== undefined) seed(state, options.seed)
  parts.use(startCrdController(state, options.crdDelayMs ?? 100))
  if (options.collectGarbage !== false) {
    parts.use(startGarbageCollector(state))
    parts.use(startStorageProtection(state))
  }
  bootstrap(state)
  const simulation =
    options.simulate === false
      ? undefined
      : parts.use(
          startSimulation(cluster, clock, {
            ...options.simulate,
            onError: (error, key) => logger?.warn({ err: error, key }, 'a simulated controller failed'),
          }),
        )

  const counts = createCounts()
  let hook = options.intercept
  let port = 0
  const tls = options.tls !== false
  const server = await listen({
    port: options.port ?? 0,
    authenticate: createAuthenticate(state, identity.token, tokenKey),
    certificates: tls ? identity.certificates : undefined,
    handle: createHandler(state, toTable, counts, () => `127.0.0.1:${port}`),
    intercept: () => hook,
    onDefect: (error) => logger?.warn({ err: error }, 'the sandbox failed to answer'),
  })
  port = server.port
  const snapshots =
    directory === undefined
      ? undefined
      : startSnapshots(directory, store, clock, (error) => logger?.warn({ err: error }, 'cannot save the sandbox'))
  parts.defer(repeat(clock, options.bookmarkMs ?? 60_000, () => server.bookmark()))

  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  const caPem = tls ? identity.certificates.caPem : undefined
  return {
    url,
    token: identity.token,
    caPem,
    requests: counts,
    get openWatches() {
      return server.openWatches
    },
    store,
    resources,
    cluster,
    kubeconfig: () => kubeconfigText({ url, token: identity.token, caPem }),
    intercept: (next) => {
      hook = next
    },
    closeWatches: () => server.closeWatches(),
    async [Symbol.asyncDispose]() {
      parts.dispose()
      await server.close()
      await snapshots?.close()
    },
  }
}

/** Calls again and again on the clock; the result stops it. */
function repeat(clock: Clock, ms: number, work: () => void): () => void {
  let cancel = clock.after(ms, again)
  function again(): void {
    work()
    cancel = clock.after(ms, again)
  }
  return () => cancel()
}
