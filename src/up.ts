/** `halcyon up`: from flags to a running system and back down, with progress on stderr and answers on stdout. Effects. */
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { HalcyonError, messageOf } from './api/errors.ts'
import type { ApplicationView } from './api/views.ts'
import { onceExitCode, onceText } from './cli/output/once.ts'
import { createPainter, type Painter } from './cli/output/painter.ts'
import type { ProgressState, Service } from './cli/output/progress.ts'
import { readyLines, shellPath } from './cli/output/ready-screen.ts'
import { styleFor } from './cli/output/style.ts'
import { readServerFile, removeServerFile, writeServerFile } from './client/discover.ts'
import type { Config, Environment } from './config.ts'
import { type Context, createContext } from './context.ts'
import { makeDataDirectory } from './data-directory.ts'
import { demoPath, ensureDemo } from './demo.ts'
import { rootApplication } from './root-application.ts'
import { systemClock } from './runtime/clock.ts'
import { collectWhenIdle } from './runtime/idle-collection.ts'
import { createLifecycle, type Lifecycle } from './runtime/lifecycle.ts'
import { LockHeldError, lockDirectory } from './runtime/lock-file.ts'
import { createLogger } from './runtime/logger.ts'
import type { Metrics } from './runtime/metrics.ts'
import { noMetrics } from './runtime/no-metrics.ts'
import type { createServer, listen as listenOnAddress } from './server/server.ts'
import { createSessions, type Sessions } from './server/sessions.ts'
import { signInPath } from './server/sign-in-path.ts'
import { openConnections } from './up-cluster.ts'
import { createWebPage, type WebPage } from './web-page.ts'

export interface UpIo {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Environment
  readonly version: string
  /** The project's root, where examples/ is. */
  readonly projectDir: string
}

const clock = systemClock
/** How often progress is looked at, and the share of one core it may take. */
const lookMs = 100
const lookShare = 0.02
/** How often the end of the first round is looked for; a look that is not the last ends at the first application that is under way. */
const firstLookMs = 5

/** Resolves with the exit code. Throws HalcyonError for what is wrong before anything runs. */
export async function up(config: Config, io: UpIo): Promise<number> {
  const startedAt = clock.now()
  await using lifecycle = createLifecycle({
    process,
    clock,
    exit: (code) => process.exit(code),
    onError: (what, error) => io.stderr.write(`Cannot close ${what}: ${messageOf(error)}\n`),
  })
  makeDataDirectory(config.dataDir)
  await holdDataDirectory(config, lifecycle)
  let context: Context | undefined
  const log = lifecycle.use(
    'log',
    createLogger({
      level: config.logLevel,
      to: join(config.dataDir, 'halcyon.log'),
      traceId: () => context?.controllers.tracing.current()?.traceId,
    }),
  )
  const progress = showProgress(io, startedAt)
  lifecycle.onClose('progress', () => progress.end())

  const { connection, others, kubeconfig } = await progress.service('cluster', () =>
    openConnections(config, io.env, lifecycle),
  )
  const { repo, clone } = await openRepository(config, io, progress, lifecycle)
  const root = rootApplication({
    repo,
    revision: config.revision,
    path: config.repo === undefined ? (config.path ?? demoPath) : config.path,
  })
  context = lifecycle.use(
    'system',
    await createContext({
      config,
      version: io.version,
      logger: log.logger,
      metrics: await metricsFor(config),
      connection,
      others,
      env: io.env,
    }),
  )
  const web = {
    sessions: createSessions(clock),
    page: createWebPage({ projectDir: io.projectDir, logger: log.logger }),
  }
  const url = servesApi(config)
    ? (await progress.service('halcyon', () => listen(config, context, io, lifecycle, log.logger, web))).url
    : ''

  const running = context.system.run(root, lifecycle.signal)
  progress.follow(() => context.system.applications())
  lifecycle.onClose(
    'idle collection',
    collectWhenIdle(
      clock,
      () => context.system.allSettled(),
      () => context.dropCaches(),
    ),
  )
  // Let go of below: the views of a large fleet are larger than what they are views of.
  let views = await firstRound(context, config, lifecycle.signal)
  progress.end()
  const exitCode = await (config.once ? answerOnce(context, config, io, views, startedAt, lifecycle) : serve())
  await running
  return exitCode

  async function serve(): Promise<number> {
    if (lifecycle.signal.aborted) return 0
    // Only now: the first round must not share the processor with it.
    const built = web.page.ensure(lifecycle.signal)
    const objects = views.reduce((sum, view) => sum + view.objects, 0)
    const lines = readyLines(
      {
        applications: views,
        objects,
        elapsedMs: clock.now() - startedAt,
        kubeconfig,
        demoClone: clone,
        home: homedir(),
        command: shellPath(join(io.projectDir, 'bin', 'halcyon.js'), homedir()),
        services: progress.services(),
      },
      { now: clock.now(), style: styleFor(io.stdout.isTTY, io.env), width: io.stdout.columns },
    )
    views = []
    io.stdout.write(
      `\n${lines.join('\n')}\n\n  Open ${url}${signInPath(web.sessions.createCode())}   (signs you in once, within 10 min; again: halcyon ui)\n  Listening on ${url}; stop with Ctrl-C.\n`,
    )
    await aborted(lifecycle.signal)
    io.stderr.write('\nStopping.\n')
    await built
    return 0
  }
}

async function holdDataDirectory(config: Config, lifecycle: Lifecycle): Promise<void> {
  try {
    const lock = await lockDirectory(config.dataDir, {
      pid: process.pid,
      startedAt: new Date(clock.now()).toISOString(),
    })
    lifecycle.onClose('data directory', () => lock[Symbol.dispose]())
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error
    const address = await readServerFile(config.dataDir).catch(() => undefined)
    const where = address === undefined ? '' : ` and serves ${address.url}`
    throw new HalcyonError(
      'DataDirectoryBusy',
      `${error.message}${where}; stop it, or give another directory with --data`,
      { cause: error },
    )
  }
}

async function openRepository(
  config: Config,
  io: UpIo,
  progress: Progress,
  lifecycle: Lifecycle,
): Promise<{ repo: string; clone: string | undefined }> {
  if (config.repo !== undefined) return { repo: config.repo, clone: undefined }
  const demo = await progress.service('demo repository', async () => {
    const made = await ensureDemo({
      dataDir: config.dataDir,
      examplesDir: join(io.projectDir, 'examples'),
      signal: lifecycle.signal,
    })
    return { ...made, detail: `${made.clone}   (yours to edit)` }
  })
  return { repo: demo.bare, clone: demo.clone }
}

/** A single run is over before anybody looks at it, and it starts faster without; who names an address wants it all the same. */
function servesApi(config: Config): boolean {
  return !config.once || !config.listen.fallback
}

async function metricsFor(config: Config): Promise<Metrics> {
  if (!servesApi(config)) return noMetrics
  const { createMetrics } = await import('./runtime/metrics.ts')
  return createMetrics()
}

/** Starts the API; the CLI finds it through a file that only this user can read. */
async function listen(
  config: Config,
  context: Context,
  io: UpIo,
  lifecycle: Lifecycle,
  logger: Parameters<typeof createServer>[0]['logger'],
  web: { readonly sessions: Sessions; readonly page: WebPage },
): Promise<{ readonly url: string; readonly detail: string }> {
  const { createServer, listen: listenOn } = await import('./server/server.ts')
  const token = randomBytes(24).toString('base64url')
  const server = createServer({
    engine: context.system,
    token,
    metrics: context.metrics,
    logger,
    version: io.version,
    clock,
    sessions: web.sessions,
    page: web.page.state,
    ...(config.webhookSecret === undefined ? {} : { webhookSecret: config.webhookSecret }),
  })
  lifecycle.onClose('server', () => server.close())
  const url = await bind(server, config.listen, listenOn)
  await writeServerFile(config.dataDir, { url, token })
  lifecycle.onClose('server file', () => removeServerFile(config.dataDir))
  return { url, detail: url }
}

/** The usual port may be taken by another halcyon; only a port that somebody asked for has to be had. */
async function bind(
  server: ReturnType<typeof createServer>,
  wanted: Config['listen'],
  listenOn: typeof listenOnAddress,
): Promise<string> {
  try {
    return await listenOn(server, wanted)
  } catch (error) {
    if (!wanted.fallback) throw error
    return listenOn(server, { host: wanted.host, port: 0 })
  }
}

/** The first round is over when nothing is on the way any more; a broken application does not hold up the screen for ever. */
async function firstRound(context: Context, config: Config, signal: AbortSignal): Promise<readonly ApplicationView[]> {
  const bound = config.once ? Number.POSITIVE_INFINITY : clock.now() + 45_000
  let pauseMs = firstLookMs
  while (!signal.aborted && clock.now() < bound) {
    await clock.sleep(pauseMs, signal).catch(() => {})
    const began = performance.now()
    if (context.system.allSettled()) break
    pauseMs = Math.max(firstLookMs, (performance.now() - began) / lookShare)
  }
  return context.system.applications()
}

async function answerOnce(
  context: Context,
  config: Config,
  io: UpIo,
  views: readonly ApplicationView[],
  startedAt: number,
  lifecycle: Lifecycle,
): Promise<number> {
  const { renders, requests } = context.system.statistics()
  const outcome = { applications: views, renders, requests, elapsedMs: clock.now() - startedAt }
  const interrupted = lifecycle.signal.aborted
  lifecycle.stop()
  io.stdout.write(
    onceText(outcome, config.output, {
      now: clock.now(),
      style: styleFor(io.stdout.isTTY, io.env),
      width: io.stdout.columns,
    }),
  )
  return interrupted ? 1 : onceExitCode(views)
}

interface Progress {
  /** Shows a service as starting, then ready with what `start` answers, or failed. */
  service<T extends { detail: string }>(name: string, start: () => Promise<T>): Promise<T>
  services(): readonly Service[]
  follow(applications: () => readonly ApplicationView[]): void
  end(): void
}

function showProgress(io: UpIo, startedAt: number): Progress {
  const painter: Painter = createPainter({
    screen: io.stderr,
    style: styleFor(io.stderr.isTTY, io.env),
    now: () => clock.now(),
    after: clock.after,
  })
  let services: readonly Service[] = []
  let applications: readonly ApplicationView[] = []
  let stopFollowing = () => {}
  let ended = false

  function update(activity = ''): void {
    const state: ProgressState = { services, applications, activity, startedAt }
    painter.update(state)
  }

  function put(service: Service): void {
    services = [...services.filter((one) => one.name !== service.name), service]
    update()
  }

  return {
    async service(name, start) {
      put({ name, state: 'starting', detail: '' })
      try {
        const result = await start()
        put({ name, state: 'ready', detail: result.detail })
        return result
      } catch (error) {
        put({ name, state: 'failed', detail: '' })
        throw error
      }
    },
    services: () => services,
    follow(list) {
      const look = () => {
        const began = performance.now()
        applications = list()
        update(applications.length <= 1 ? 'reading the repository' : '')
        // A look costs as much as there are applications; watching must not take the time that the work needs.
        const costMs = performance.now() - began
        stopFollowing = clock.after(Math.max(lookMs, costMs / lookShare), look)
      }
      stopFollowing = clock.after(lookMs, look)
    },
    end() {
      if (ended) return
      ended = true
      stopFollowing()
      applications = []
      painter[Symbol.dispose]()
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
