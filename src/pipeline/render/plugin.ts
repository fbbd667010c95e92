/** Renders a source with a config management plug-in: its commands on a private copy of the files, with a clean environment and limits. */
import { posix } from 'node:path'
import picomatch from 'picomatch'
import type { PluginSource } from '../../api/application.ts'
import { HalcyonError } from '../../api/errors.ts'
import type { ByteCache } from './byte-cache.ts'
import { digestOf } from './digest.ts'
import type { BuildEnvironment } from './environment.ts'
import type { ClusterFacts } from './helm-arguments.ts'
import { filesBelow } from './kustomize-files.ts'
import { parseManifest } from './manifest.ts'
import { materialise } from './materialise.ts'
import { pluginEnvironment } from './plugin-environment.ts'
import type { Plugin } from './plugins.ts'
import type { RunRequest, RunResult } from './sandboxed-run.ts'
import { outputOrFailure } from './tool-failure.ts'
import type { LendingSource } from './value-files.ts'
import { inPrivateFolder, type PreparedRender, type Workshop } from './workshop.ts'

export interface PluginInput {
  readonly source: PluginSource
  readonly own: LendingSource
  readonly directory: string
  readonly cluster: ClusterFacts
  readonly environment: BuildEnvironment
  readonly signal: AbortSignal
}

export interface PluginBench {
  readonly workshop: Workshop
  readonly plugins: readonly Plugin[]
  /** Answers of `discover.find.command`, by what was asked. */
  readonly discovered: ByteCache<boolean>
}

type File = Awaited<ReturnType<typeof filesBelow>>[number]

/**
 * The plug-in of a source: the one it names, which must discover it too if it discovers anything, else the first by name that discovers
 * it. Undefined when the source names none and none discovers it. Throws SpecInvalid for a name that does not fit.
 */
export async function choosePlugin(input: PluginInput, bench: PluginBench): Promise<Plugin | undefined> {
  const { name } = input.source
  if (name) {
    const plugin = bench.plugins.find((one) => one.name === name)
    const where = input.directory || '.'
    if (plugin === undefined) throw new HalcyonError('SpecInvalid', `Cannot render ${where}: ${noPlugin(name, bench)}`)
    if (plugin.spec.discover !== undefined && !(await discovers(plugin, input, bench)))
      throw new HalcyonError('SpecInvalid', `Cannot render ${where}: the plug-in ${name} does not discover it`)
    return plugin
  }
  for (const plugin of bench.plugins) if (await discovers(plugin, input, bench)) return plugin
  return undefined
}

/** `there is no plug-in x (there are: a, b)`; for no name, that none discovers the source. */
export function noPlugin(name: string | undefined, { plugins }: PluginBench): string {
  const known = plugins.map((plugin) => plugin.name).join(', ') || 'none'
  return name ? `there is no plug-in ${name} (there are: ${known})` : `no plug-in discovers it (there are: ${known})`
}

/** Of fileName, find.glob and find.command the first that is set decides, as in Argo CD. */
async function discovers(plugin: Plugin, input: PluginInput, bench: PluginBench): Promise<boolean> {
  const { fileName, find } = plugin.spec.discover ?? {}
  const { own, directory, signal } = input
  if (fileName || find?.glob) {
    own.readSet.tree(directory)
    const pattern = posix.normalize(fileName || find?.glob || '')
    // Go's filepath.Glob, which fileName is for, has no '**'.
    const matches = picomatch(pattern, { dot: true, noglobstar: Boolean(fileName) })
    const files = await filesBelow(own.tree, directory, signal)
    const names = new Set(files.flatMap(({ path }) => withParents(relativeTo(directory, path))))
    return [...names].some((name) => matches(name))
  }
  const command = [...(find?.command ?? []), ...(find?.args ?? [])]
  if (command.length === 0) return false
  const files = await filesOf(plugin, input)
  const environment = pluginEnvironment(input.source, input.environment, input.cluster)
  const key = digestOf(['discover', plugin.name, plugin.digest, files, environment])
  const known = bench.discovered.get(key)
  if (known !== undefined) return known
  const result = await onCopy(plugin, input, files, bench.workshop, signal, (run) => run('discover', command))
  const found = result.code === 0 && result.stdout.toString('utf8').trim() !== ''
  bench.discovered.set(key, found, 1)
  return found
}

/** Throws PathRefused for too many files. */
export async function preparePlugin(plugin: Plugin, input: PluginInput, workshop: Workshop): Promise<PreparedRender> {
  const files = await filesOf(plugin, input)
  const environment = pluginEnvironment(input.source, input.environment, input.cluster)
  const { init, generate, provideGitCreds } = plugin.spec
  const tool = `plug-in ${plugin.name}`
  const warnings = provideGitCreds
    ? [
        {
          reason: 'Tool' as const,
          message: `The ${tool} asks for Git credentials (provideGitCreds), which it is not given`,
        },
      ]
    : []
  return {
    key: digestOf(['plugin', plugin.name, plugin.digest, input.directory, files, withoutCluster(environment)]),
    clusterKey: digestOf([environment['KUBE_VERSION'], environment['KUBE_API_VERSIONS']]),
    repeatable: !plugin.network,
    run: (stop) =>
      onCopy(plugin, input, files, workshop, stop, async (run, folder) => {
        if (init !== undefined && init.length > 0) outputOrFailure(`${tool} (init)`, await run('init', init), folder)
        const text = outputOrFailure(tool, await run('generate', generate), folder)
        const manifest = parseManifest(text)
        if (manifest.failure !== undefined) throw notManifests(tool, manifest.failure)
        const objects = manifest.objects.map(({ object }) => ({ object, path: input.directory }))
        return { objects, warnings, dependsOnCluster: true }
      }),
  }
}

/** Names the line and not the output, which may hold secrets. */
function notManifests(tool: string, failure: { readonly line: number; readonly message: string }) {
  return new HalcyonError(
    'ManifestInvalid',
    `Cannot read what the ${tool} printed: line ${failure.line}: ${failure.message}`,
  )
}

function withoutCluster({ KUBE_VERSION: _, KUBE_API_VERSIONS: __, ...rest }: Record<string, string>) {
  return rest
}

async function filesOf(plugin: Plugin, { own, directory, signal }: PluginInput): Promise<File[]> {
  const from = plugin.wholeRepository ? '' : directory
  own.readSet.tree(from)
  return await filesBelow(own.tree, from, signal)
}

type Run = (what: 'init' | 'generate' | 'discover', command: readonly string[]) => Promise<RunResult>

/** A private copy of the files, and commands that run in the directory of the source. */
async function onCopy<T>(
  plugin: Plugin,
  input: PluginInput,
  files: readonly File[],
  workshop: Workshop,
  signal: AbortSignal,
  work: (run: Run, folder: string) => Promise<T>,
): Promise<T> {
  return await inPrivateFolder(workshop, signal, async (folder, runInFolder) => {
    const copied = files.map(({ path, executable }) => ({
      from: path,
      to: `source/${path}`,
      executable: executable && plugin.spec.preserveFileMode === true,
    }))
    await materialise(input.own.tree, copied, folder, { signal })
    const environment = {
      ...pluginEnvironment(input.source, input.environment, input.cluster),
      PATH: `${plugin.directory}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HALCYON_PLUGIN_DIR: plugin.directory,
    }
    const run: Run = (what, command) =>
      runInFolder({
        tool: `plug-in ${plugin.name}${what === 'generate' ? '' : ` (${what})`}`,
        command,
        directory: posix.join('source', input.directory),
        environment,
        network: plugin.network,
      } satisfies Omit<RunRequest, 'folder'>)
    return await work(run, folder)
  })
}

function relativeTo(directory: string, path: string): string {
  return directory === '' ? path : path.slice(directory.length + 1)
}

/** `a/b/c` with `a/b` and `a`: a glob may mean a directory. */
function withParents(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
