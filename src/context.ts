/** The composition root: builds every collaborator in order and takes them down in reverse. The only place that creates clients. */
import { join } from 'node:path'
import type { Config, Environment } from './config.ts'
import { createClusterSecrets } from './controllers/cluster-secrets.ts'
import type { ControllerContext } from './controllers/context.ts'
import { type Cluster, type ClusterSource, createDestinations } from './controllers/destinations.ts'
import { createFleet } from './controllers/fleet.ts'
import { createReachability } from './controllers/reachability.ts'
import { createRepositorySecrets } from './controllers/repository-secrets.ts'
import { createSystem, type System } from './controllers/system.ts'
import { declaredClusters } from './declared-clusters.ts'
import { createGoTemplates } from './generators/go-templates.ts'
import { createGeneratorHttp } from './generators/http.ts'
import type { Connection } from './kube/connection.ts'
import { createKubeClient } from './kube/http-client.ts'
import { createLuaRunner, type LuaRunner } from './lua/runner.ts'
import { createJq } from './pipeline/jq/jq.ts'
import { createHealthOf } from './pipeline/observe/custom-health.ts'
import { createLiveIndex } from './pipeline/observe/live-index.ts'
import { readPlugins } from './pipeline/render/plugins.ts'
import { createRenderer } from './pipeline/render/render.ts'
import { accessTo } from './pipeline/source/repository-access.ts'
import { createSources } from './pipeline/source/sources.ts'
import { type Clock, systemClock } from './runtime/clock.ts'
import type { Logger } from './runtime/logger.ts'
import type { Metrics } from './runtime/metrics.ts'
import { createPool } from './runtime/pool.ts'
import { createTracing } from './runtime/tracing.ts'
import { createWorkQueue } from './runtime/work-queue.ts'
import { createSettingsSource } from './settings-source.ts'
import { openStore } from './store/open-store.ts'
import { createKubernetesTarget, readOnly } from './targets/kubernetes.ts'

export interface Context extends AsyncDisposable {
  /** Lets go of everything that is kept only to save doing it again: for a process that rests. */
  dropCaches(): void
  readonly system: System
  readonly metrics: Metrics
  readonly controllers: ControllerContext
}

export interface ContextOptions {
  readonly config: Config
  readonly version: string
  readonly logger: Logger
  readonly metrics: Metrics
  /** Where `in-cluster` and an empty destination lead. */
  readonly connection: Connection
  /** Other clusters that destinations may name. */
  readonly others: () => readonly Connection[]
  /** Of the process, for the proxies of clusters. */
  readonly env?: Environment
  readonly clock?: Clock
  readonly random?: () => number
}

/** Applications reconciled at once; each waits mostly for the cluster. */
const reconcileConcurrency = 16
/** Operations that write at once. */
const writingOperations = 16
const requestsPerCluster = 32
/** Where Argo CD lives, and with it its settings; Applications and Secrets without another namespace are there. */
const controlNamespace = 'argocd'

export async function createContext(options: ContextOptions): Promise<Context> {
  const { config, logger, metrics } = options
  const clock = options.clock ?? systemClock
  const random = options.random ?? Math.random
  await using stack = new AsyncDisposableStack()

  const tracing = stack.use(await createTracing({ endpoint: config.otlpEndpoint, version: options.version, clock }))
  const store = stack.use(await openStore(join(config.dataDir, 'store'), { clock, logger: logger.child('store') }))
  let lookedForSecrets = false
  const sources = stack.use(
    createSources({
      dataDir: config.dataDir,
      clock,
      random,
      pollIntervalMs: config.pollIntervalMs,
      async access(url, signal) {
        // Without an answer from the cluster, the user's own git configuration may still do: only the first look is waited for.
        if (!lookedForSecrets) await repositorySecrets.known(signal).catch(() => signal.throwIfAborted())
        lookedForSecrets = true
        return accessTo(
          url,
          repositorySecrets.list.map(({ secret }) => secret),
        )
      },
    }),
  )
  const plugins = config.pluginsFolder === undefined ? [] : await readPlugins(config.pluginsFolder)
  const renderer = stack.use(
    createRenderer({
      dataDir: config.dataDir,
      cache: { get: (digest) => store.render(digest), put: (digest, bytes) => store.putRender(digest, bytes) },
      tools: config.tools,
      clock,
      settings: () => settings.current().rendering,
      plugins,
      credentials(url) {
        const access = accessTo(
          url,
          repositorySecrets.list.map(({ secret }) => secret),
        )
        return access?.password ? { username: access.username, password: access.password } : undefined
      },
    }),
  )

  const settings = stack.use(
    await createSettingsSource({
      file: config.settingsFile,
      namespace: controlNamespace,
      clock,
      random,
      logger: logger.child('settings'),
      onChange(affects) {
        for (const { live } of destinations.opened) {
          live
            .recheck(affects)
            .catch((error: unknown) => logger.warn({ err: error }, 'objects could not be judged again'))
        }
      },
      onRenderingChange: () => system?.onRenderingChanged(),
    }),
  )
  const lua = stack.adopt(
    lazy(() => createLuaRunner(clock)),
    (made) => made.close(),
  )
  const healthOf = createHealthOf({ settings: settings.current, lua: lua.get, clock })

  // The loops know each other through the context; `system` is set before anything runs.
  let system: System | undefined
  const fleet = createFleet({
    now: () => clock.now(),
    onChanged: (app) => system?.onChanged(app),
    onProjectChanged: (name) => system?.onProjectChanged(name),
    onSetChanged: (set) => system?.onSetChanged(set),
  })
  const toSource = (connection: Connection): ClusterSource => ({
    name: connection.name,
    server: connection.server,
    open: (signal) => openCluster(connection, signal),
  })

  async function openCluster(connection: Connection, signal: AbortSignal): Promise<Cluster> {
    const client = createKubeClient(connection, {
      name: connection.name,
      clock,
      random,
      concurrency: requestsPerCluster,
      onRequest: (info) => {
        metrics.kubeRequests.inc({ cluster: connection.name, verb: info.verb, code: String(info.code) })
        metrics.kubeRequestSeconds.observe({ verb: info.verb }, info.seconds)
      },
    })
    const discovery = await client.discovery(signal).catch(async (error: unknown) => {
      await client[Symbol.asyncDispose]()
      throw error
    })
    const reachability = createReachability((reachable, error) =>
      system?.onReachability(connection.name, reachable, error),
    )
    if (connection === options.connection) await settings.follow(client)
    const live = createLiveIndex({
      client,
      instance: 'halcyon',
      clock,
      random,
      healthOf,
      onState: (kind, connected, error) => {
        reachability.note(`${kind.group}/${kind.kind}`, connected, error)
        metrics.watchConnected.set({ cluster: connection.name, kind: kind.kind }, connected ? 1 : 0)
        if (error !== undefined) logger.warn({ cluster: connection.name, kind: kind.kind, err: error }, 'watch broke')
      },
    })
    const target = createKubernetesTarget({ client, live, discovery })
    return {
      name: connection.name,
      client,
      live,
      target: config.readOnly ? readOnly(target) : target,
      defaultNamespace: connection.namespace,
    }
  }

  const first = toSource(options.connection)
  const clusterSecrets = createClusterSecrets({
    namespace: controlNamespace,
    clock,
    random,
    env: options.env ?? {},
    open: async (signal) => (await destinations.cluster({}, signal)).client,
    onChange: () => system?.onClustersChanged(),
    onProblem: (message) => system?.onClusterSecretProblem(message),
  })
  const repositorySecrets = createRepositorySecrets({
    namespace: controlNamespace,
    clock,
    random,
    open: async (signal) => (await destinations.cluster({}, signal)).client,
    onChange: () => sources.poke(),
    onProblem: (message) => system?.onRepositorySecretProblem(message),
  })
  const destinations = stack.use(
    createDestinations(first, declaredClusters(clusterSecrets, options.others, toSource), (cluster) =>
      system?.onOpen(cluster),
    ),
  )
  const queue = createWorkQueue<string>({
    clock,
    random,
    concurrency: reconcileConcurrency,
    backoff: { baseMs: 500, maxMs: 60_000, factor: 2 },
    onError: (key, error, failures) => logger.error({ application: key, failures, err: error }, 'pass failed'),
  })
  const controllers: ControllerContext = {
    clock,
    jq: stack.use(createJq({ clock })),
    random,
    logger: logger.child('controllers'),
    metrics,
    tracing,
    store,
    pipeline: { sources, renderer, instance: 'halcyon', controlNamespace },
    fleet,
    destinations,
    clusterSecrets,
    repositorySecrets,
    queue,
    writing: createPool(writingOperations),
    settings: {
      deadlineMs: config.deadlineMs,
      dryRun: config.dryRun,
      readOnly: config.readOnly,
      waveDelayMs: config.waveDelayMs,
    },
    setTools: { templates: stack.use(createGoTemplates({ clock })), http: stack.use(createGeneratorHttp()) },
  }
  system = createSystem(controllers, { renders: () => renderer.count })
  metrics.observeApplications(() =>
    [...fleet.all.values()].map((app) => ({
      name: app.name,
      project: app.manifest.spec.project,
      sync: app.sync.status,
      health: app.health.status,
    })),
  )
  const resources = stack.move()
  const dropCaches = () => {
    sources.dropCaches()
    renderer.dropCaches()
  }
  return { dropCaches, system, metrics, controllers, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Most installations have no scripts: Lua is not started for them. */
function lazy(make: () => LuaRunner): { get(): LuaRunner; close(): Promise<void> } {
  let made: LuaRunner | undefined
  return {
    get: () => (made ??= make()),
    close: async () => made?.[Symbol.asyncDispose](),
  }
}
