/** The story of a render: detect each source's tool, render or remember, put the objects together. Effects: runs tools, writes <dataDir>. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../api/application.ts'
import { HalcyonError } from '../../api/errors.ts'
import type { RenderingSettings } from '../../api/settings/rendering.ts'
import { noSettings } from '../../api/settings/settings.ts'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import { ByteCache } from './byte-cache.ts'
import { type ChartCredentials, createChartTransport } from './chart-transport.ts'
import { chartLocation, createCharts } from './charts.ts'
import { combine } from './combine.ts'
import { detectTool, explicitTools, type Tool, withRepositoryOverrides } from './detect.ts'
import { digest } from './digest.ts'
import { type ParsedBlob, renderDirectory } from './directory.ts'
import { buildEnvironment } from './environment.ts'
import { prepareHelm } from './helm.ts'
import { createJsonnet } from './jsonnet.ts'
import { prepareKustomize } from './kustomize.ts'
import { defaultLimits, type RenderLimits } from './limits.ts'
import { inside } from './paths.ts'
import { choosePlugin, noPlugin, type PluginBench, preparePlugin } from './plugin.ts'
import type { Plugin } from './plugins.ts'
import { Pool } from './pool.ts'
import { ReadSet } from './read-set.ts'
import { RenderCache, type RenderStore } from './render-cache.ts'
import type { ChartResolver, Renderer, RenderRequest, RenderResult, RenderSource } from './renderer.ts'
import { removeAbandoned } from './sandboxed-run.ts'
import { SharedFlight } from './shared-flight.ts'
import type { RenderedSource, SourceOutput } from './source-output.ts'
import { ToolFailure } from './tool-failure.ts'
import { createTools } from './tools.ts'
import type { LendingSource } from './value-files.ts'
import type { PreparedRender, Workshop } from './workshop.ts'

export interface RendererOptions {
  /** Tools, charts and private folders live below it. */
  readonly dataDir: string
  readonly cache: RenderStore
  /** Configured binaries; `kustomize` may be a kubectl. */
  readonly tools?: { readonly helm?: string; readonly kustomize?: string }
  readonly limits?: Partial<RenderLimits>
  readonly clock?: Clock
  /** What argocd-cm says about rendering, as it is now. */
  readonly settings?: () => RenderingSettings
  /** Config management plug-ins, in the order of discovery (see plugins.ts). */
  readonly plugins?: readonly Plugin[]
  readonly credentials?: (repository: string) => ChartCredentials | undefined
  /** Told of every source that was rendered or remembered: for metrics and traces. */
  readonly observe?: (event: RenderObservation) => void
}

export interface RenderObservation {
  readonly application: string
  readonly tool: Tool
  readonly cached: boolean
  readonly milliseconds: number
}

/** A renderer for a process. Render requests run concurrently; equal ones share the work. */
export function createRenderer(options: RendererOptions): Renderer & ChartResolver {
  const limits: RenderLimits = { ...defaultLimits, ...options.limits }
  const settingsNow = options.settings ?? (() => noSettings.rendering)
  const clock = options.clock ?? systemClock
  const transport = createChartTransport()
  const folder = join(options.dataDir, 'tmp', `render-${randomUUID()}`)
  const workshop: Workshop = {
    tools: createTools({ dataDir: options.dataDir, configured: options.tools }),
    charts: createCharts({
      directory: join(options.dataDir, 'charts'),
      transport,
      clock,
      credentials: options.credentials,
    }),
    pool: new Pool(limits.concurrency),
    limits,
    clock,
    folder,
  }
  const blobs = new ByteCache<ParsedBlob>(limits.manifestCacheBytes)
  const cache = new RenderCache(options.cache, join(options.dataDir, 'render-cache.key'), limits.resultCacheBytes)
  const jsonnet = createJsonnet({ clock, timeMs: limits.timeMs, results: new ByteCache(limits.manifestCacheBytes) })
  const plugins: PluginBench = { workshop, plugins: options.plugins ?? [], discovered: new ByteCache(10_000) }
  const failures = new ByteCache<ToolFailure | HalcyonError>(1000)
  const flights = new SharedFlight<SourceOutput>()
  const closing = new AbortController()
  let count = 0
  const tidied = removeAbandoned(folder, clock.now()).catch(() => {})

  /** From memory, from the store, or by running the tool. */
  async function rememberOrRun(
    prepared: PreparedRender,
    signal: AbortSignal,
  ): Promise<{ output: SourceOutput; cached: boolean }> {
    const clusterKey = digest(`${prepared.key} ${prepared.clusterKey}`)
    const first = await cache.get(prepared.key)
    const known = first === 'DependsOnCluster' ? await cache.get(clusterKey) : first
    if (known !== undefined && known !== 'DependsOnCluster') return { output: known, cached: true }
    const failed = failures.get(clusterKey)
    if (failed !== undefined) throw failed
    const output = await flights.run(clusterKey, (shared) => runAndKeep(prepared, clusterKey, shared), signal)
    return { output, cached: false }
  }

  async function runAndKeep(prepared: PreparedRender, clusterKey: string, signal: AbortSignal): Promise<SourceOutput> {
    count++
    try {
      const { objects, warnings, dependsOnCluster } = await prepared.run(signal)
      const output: SourceOutput = { objects, warnings }
      if (dependsOnCluster) await cache.put(prepared.key, 'DependsOnCluster', prepared.repeatable)
      await cache.put(dependsOnCluster ? clusterKey : prepared.key, output, prepared.repeatable)
      return output
    } catch (error) {
      // The same input fails the same way; what time or the network may cure is tried again.
      const lasting =
        error instanceof ToolFailure ||
        (error instanceof HalcyonError && error.retry === 'never' && error.reason !== 'ToolUnavailable')
      if (lasting && prepared.repeatable) failures.set(clusterKey, error, 1)
      throw error
    }
  }

  async function renderSource(
    request: RenderRequest,
    index: number,
    lending: readonly (LendingSource | undefined)[],
    references: ReadonlyMap<string, LendingSource>,
    signal: AbortSignal,
  ): Promise<RenderedSource> {
    const source = request.sources[index]!
    const own = lending[index]
    const directory = own === undefined ? '' : inside('', source.spec.path ?? '', source.spec.path ?? '')
    const entries = own === undefined ? [] : await own.tree.list(directory, signal)
    if (entries === undefined) {
      throw new HalcyonError(
        'PathNotFound',
        `Cannot render ${request.application.name}: ${directory} is not a directory at ${source.revision}`,
      )
    }
    const spec =
      own === undefined
        ? source.spec
        : await withRepositoryOverrides(source.spec, request.application.name, own.tree, directory, entries, signal)
    // The choice of the tool depends on the names in the directory.
    own?.readSet.directory(directory)
    for (const { name } of entries)
      if (name.startsWith('.argocd-source')) own?.readSet.file(directory === '' ? name : `${directory}/${name}`)
    const settings = settingsNow()
    const environment = buildEnvironment(request, source)
    const pluginInput = own && {
      source: spec.plugin ?? {},
      own,
      directory,
      cluster: request.cluster,
      environment,
      signal,
    }
    // A plug-in that discovers a source comes before the built-in tools, unless the source has a block for one of those.
    const mayBePlugin = spec.plugin !== undefined || (plugins.plugins.length > 0 && explicitTools(spec).length === 0)
    const plugin = mayBePlugin && pluginInput ? await choosePlugin(pluginInput, plugins) : undefined
    const detected = detectTool(spec, new Set(entries.map((entry) => entry.name)), settings.enabled)
    const tool = plugin === undefined ? detected : 'Plugin'
    if (tool === 'Plugin' && (plugin === undefined || pluginInput === undefined)) {
      const detail = own === undefined ? 'a chart from a repository is not for plug-ins' : noPlugin('', plugins)
      throw new HalcyonError('SpecInvalid', `Cannot render ${request.application.name}: ${detail}`)
    }

    if (tool === 'Directory') {
      if (own === undefined) throw withoutTree(source)
      const { tree, readSet } = own
      const { parsed, ...output } = await renderDirectory({
        tree,
        readSet,
        directory,
        entries,
        options: spec.directory ?? {},
        blobs,
        jsonnet: settings.enabled.jsonnet ? jsonnet : undefined,
        environment,
        limitBytes: limits.outputBytes,
        signal,
      })
      if (parsed > 0) count++
      return { ...output, index, tool, cached: parsed === 0 }
    }
    const prepared =
      plugin !== undefined && pluginInput !== undefined
        ? await preparePlugin(plugin, pluginInput, workshop)
        : tool === 'Helm'
          ? await prepareHelm(
              {
                spec,
                revision: source.revision,
                application: request.application.name,
                destinationNamespace: request.destinationNamespace,
                cluster: request.cluster,
                own,
                directory,
                references,
                environment,
                schemes: settings.valuesFileSchemes,
                signal,
              },
              workshop,
            )
          : await prepareKustomize(
              {
                overrides: spec.kustomize ?? {},
                own: own ?? raise(withoutTree(source)),
                directory,
                cluster: request.cluster,
                environment,
                settings,
                signal,
              },
              workshop,
            )
    const { output, cached } = await rememberOrRun(prepared, signal)
    return { ...output, index, tool, cached, identity: `${prepared.key} ${prepared.clusterKey}` }
  }

  async function observed(application: string, render: Promise<RenderedSource>): Promise<RenderedSource> {
    const started = performance.now()
    const rendered = await render
    options.observe?.({
      application,
      tool: rendered.tool,
      cached: rendered.cached,
      milliseconds: performance.now() - started,
    })
    return rendered
  }

  return {
    get count() {
      return count
    },

    dropCaches() {
      blobs.clear()
      cache.clear()
    },

    async render(request, signal) {
      const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      stop.throwIfAborted()
      const readSets = request.sources.map(() => new ReadSet())
      const lending = request.sources.map(({ tree }, index) =>
        tree === undefined ? undefined : { tree, readSet: readSets[index]! },
      )
      const references = referencesOf(request.sources, lending)
      const rendered: RenderedSource[] = []
      for (const [index, { spec }] of request.sources.entries()) {
        if (onlyLends(spec)) continue
        try {
          rendered.push(
            await observed(request.application.name, renderSource(request, index, lending, references, stop)),
          )
        } catch (error) {
          throw explained(error, request.application.name)
        }
      }
      return {
        ...combine(rendered, request.destinationNamespace),
        readSets: readSets.map((set) => set.entries()),
        digest: digest(rendered.map((source) => `${source.tool}\0${source.identity}`).join('\n')),
      } satisfies RenderResult
    },

    async resolve(source, signal) {
      return await workshop.charts.version(chartLocation(source), source.targetRevision ?? '', signal)
    },

    async [Symbol.asyncDispose]() {
      await tidied
      closing.abort(new HalcyonError('Terminated', 'Cannot render: the renderer is closed'))
      await jsonnet[Symbol.asyncDispose]()
      await transport[Symbol.asyncDispose]()
      await workshop.tools.searched()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** A source with `ref` and nothing to render. */
function onlyLends(spec: ApplicationSource): boolean {
  return Boolean(spec.ref) && !spec.path && !spec.chart
}

/** Sources by `ref`. Throws SpecInvalid for a `ref` on a chart, which has no repository to lend. */
function referencesOf(
  sources: readonly RenderSource[],
  lending: readonly (LendingSource | undefined)[],
): ReadonlyMap<string, LendingSource> {
  const references = new Map<string, LendingSource>()
  for (const [index, { spec }] of sources.entries()) {
    if (!spec.ref) continue
    const lender = lending[index]
    if (spec.chart || lender === undefined) {
      throw new HalcyonError('SpecInvalid', `Cannot use the source with ref ${spec.ref}: a chart cannot lend files`)
    }
    references.set(spec.ref, lender)
  }
  return references
}

/** Adds the application to what a tool or a limit said. */
function explained(error: unknown, application: string): unknown {
  if (error instanceof ToolFailure) {
    return new HalcyonError('RenderFailed', `Cannot render ${application}: ${error.tool}: ${error.message}`, {
      cause: error,
    })
  }
  if (error instanceof HalcyonError && error.reason === 'RenderTimedOut') {
    return new HalcyonError('RenderTimedOut', `Cannot render ${application}: ${error.message}`, { cause: error })
  }
  return error
}

function withoutTree(source: RenderSource): HalcyonError {
  return new HalcyonError(
    'SpecInvalid',
    `Cannot render ${source.spec.repoURL}: it names neither a repository path nor a chart`,
  )
}

function raise(error: Error): never {
  throw error
}
