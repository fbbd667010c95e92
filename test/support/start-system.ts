/** The whole system in one process for stories: an API server over HTTP, real Git, real store, real clock. Effects. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../src/config.ts'
import { type Context, createContext } from '../../src/context.ts'
import type { Connection } from '../../src/kube/connection.ts'
import { createKubeClient } from '../../src/kube/http-client.ts'
import { loadConnection } from '../../src/kube/kubeconfig.ts'
import type { GroupKind, KubeObject } from '../../src/kube/object.ts'
import { rootApplication } from '../../src/root-application.ts'
import { type Clock, systemClock } from '../../src/runtime/clock.ts'
import { silentLogger } from '../../src/runtime/logger.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { writePrivate } from '../../src/up-cluster.ts'
import { type Faults, startFaultProxy } from './fault-proxy.ts'
import { startStoryServer } from './story-server.ts'

export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'halcyon-e2e-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Cluster extends AsyncDisposable {
  /** What a story may do to the API server, whichever it is. */
  readonly sandbox: Faults
  readonly connection: Connection
  readonly kubeconfig: string
  get(kind: GroupKind, namespace: string, name: string): Promise<KubeObject | undefined>
  readonly client: ReturnType<typeof createKubeClient>
}

/** An empty cluster; started again with the same directory, it has what it had. */
export async function startCluster(
  directory: string,
  options: Pick<SandboxOptions, 'intercept' | 'port' | 'simulate'> = {},
): Promise<Cluster> {
  const { intercept, port, ...serverOptions } = options
  await using parts = new AsyncDisposableStack()
  const server = parts.use(await startStoryServer(directory, serverOptions))
  const proxyDirectory = join(directory, 'proxy')
  const proxy = parts.use(
    await startFaultProxy({ server: server.connection, directory: proxyDirectory, port, intercept }),
  )
  const kubeconfig = join(directory, 'kubeconfig')
  writePrivate(kubeconfig, proxy.kubeconfig())
  const connection = { ...(await loadConnection({ path: kubeconfig, env: {}, home: directory })), name: 'sandbox' }
  const client = parts.use(createKubeClient(connection, { clock: systemClock, random: Math.random }))
  const running = parts.move()
  return {
    sandbox: proxy,
    connection,
    kubeconfig,
    client,
    async get(kind, namespace, name) {
      const resource = (await client.rediscover()).resource(kind)
      if (resource === undefined) return undefined
      return client.get(resource, namespace, name).catch(() => undefined)
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export interface SystemOptions {
  readonly directory: string
  readonly cluster: Cluster
  readonly repo: string
  readonly path?: string
  readonly revision?: string
  readonly config?: Partial<Config>
  /** Other clusters that destinations may name. */
  readonly others?: () => readonly Connection[]
  /** Default: the system clock. */
  readonly clock?: Clock
}

export interface RunningSystem extends AsyncDisposable {
  readonly context: Context
  /** Resolves with the first true value of `look`; throws with the state of all applications when the time is over. */
  until<T>(
    what: string,
    look: () => Promise<T | undefined | false> | T | undefined | false,
    seconds?: number,
  ): Promise<T>
  /** Until the application is Synced and Healthy and no operation runs. */
  healthy(name: string, seconds?: number): Promise<void>
  app(name: string): ReturnType<Context['system']['applications']>[number] | undefined
}

export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const config: Config = {
    dataDir: join(options.directory, 'data'),
    repo: options.repo,
    revision: options.revision ?? 'HEAD',
    path: options.path,
    cluster: { kind: 'sandbox', fresh: false },
    once: false,
    readOnly: false,
    listen: { host: '127.0.0.1', port: 0, fallback: true },
    output: 'table',
    deadlineMs: 60_000,
    dryRun: true,
    pollIntervalMs: 1_000,
    waveDelayMs: 0,
    logLevel: 'error',
    otlpEndpoint: undefined,
    webhookSecret: undefined,
    settingsFile: undefined,
    pluginsFolder: undefined,
    tools: {},
    ...options.config,
  }
  const context = await createContext({
    config,
    version: 'test',
    logger: silentLogger,
    connection: options.cluster.connection,
    metrics: createMetrics({ processMetrics: false }),
    others: options.others ?? (() => []),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  const stop = new AbortController()
  const root = rootApplication({ repo: options.repo, revision: config.revision, path: options.path })
  const running = context.system.run(root, stop.signal)
  const app = (name: string) => context.system.applications().find((view) => view.name === name)

  async function until<T>(
    what: string,
    look: () => Promise<T | undefined | false> | T | undefined | false,
    seconds = 30,
  ): Promise<T> {
    const end = Date.now() + seconds * 1000
    for (;;) {
      const value = await look()
      if (value !== undefined && value !== false) return value
      if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}; now: ${describe(context)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  return {
    context,
    app,
    until,
    async healthy(name, seconds) {
      await until(
        `${name} to be healthy`,
        () => {
          const view = app(name)
          return (
            view?.sync.status === 'Synced' && view.health.status === 'Healthy' && view.operation?.phase !== 'Running'
          )
        },
        seconds,
      )
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the story is over'))
      await running
      await context[Symbol.asyncDispose]()
    },
  }
}

function describe(context: Context): string {
  return context.system
    .applications()
    .map(
      (view) =>
        `${view.name} ${view.sync.status} ${view.health.status} [${view.operation?.phase ?? '-'}] ${view.message}`,
    )
    .join('\n')
}
