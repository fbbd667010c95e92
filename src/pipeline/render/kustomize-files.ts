/** Which files `kustomize build` may read: follows the references of kustomizations inside one repository. Reads only through the SourceTree. */
import { HalcyonError } from '../../api/errors.ts'
import { parseYaml, YamlError } from '../../kube/yaml.ts'
import type { SourceTree, TreeEntry } from '../source/source.ts'
import { isKustomization } from './detect.ts'
import { decode, isRecord } from './manifest.ts'
import { inside, under } from './paths.ts'
import type { ReadSet } from './read-set.ts'

export interface KustomizeFiles {
  /** Path to object id of every file to copy. */
  readonly files: Map<string, string>
  /** URLs of bases and resources outside the repository; kustomize fetches them itself. */
  readonly remote: string[]
  /** Path of the kustomization that is built, and its content. */
  readonly entry: { readonly path: string; readonly value: Record<string, unknown> }
  /** An env file takes values from the environment (a line without '='). */
  readonly readsEnvironment: boolean
  readonly inflatesHelm: boolean
}

export interface KustomizeFilesInput {
  readonly tree: SourceTree
  readonly directory: string
  /** Components the Application adds, relative to the directory. */
  readonly components: readonly string[]
  /** Files the Application's patches name, relative to the directory. */
  readonly patches: readonly string[]
  readonly readSet: ReadSet
  readonly signal?: AbortSignal | undefined
}

/** Throws PathNotFound, PathRefused, ManifestInvalid (a kustomization that is not YAML). */
export async function kustomizeFiles(input: KustomizeFilesInput): Promise<KustomizeFiles> {
  const walk = new Walk(input)
  const entry = await walk.directory(input.directory)
  if (entry === undefined) {
    throw new HalcyonError('PathNotFound', `Cannot build ${input.directory || '.'}: it has no kustomization.yaml`)
  }
  await walk.references(input.directory, [...input.components, ...input.patches])
  return {
    files: walk.files,
    remote: walk.remote,
    entry,
    readsEnvironment: walk.readsEnvironment,
    inflatesHelm: walk.inflatesHelm,
  }
}

type Field = 'references' | 'patches' | 'configured' | 'generators'

/** What each field of a kustomization holds. Anything not named here names no files. */
const fields: Readonly<Record<string, Field>> = {
  resources: 'references',
  bases: 'references',
  components: 'references',
  crds: 'references',
  configurations: 'references',
  patches: 'patches',
  patchesStrategicMerge: 'patches',
  patchesJson6902: 'patches',
  replacements: 'patches',
  generators: 'configured',
  transformers: 'configured',
  validators: 'configured',
  configMapGenerator: 'generators',
  secretGenerator: 'generators',
}

class Walk {
  readonly files = new Map<string, string>()
  readonly remote: string[] = []
  readsEnvironment = false
  inflatesHelm = false
  readonly #input: KustomizeFilesInput
  readonly #directories = new Set<string>()

  constructor(input: KustomizeFilesInput) {
    this.#input = input
  }

  /** Follows the kustomization of a directory, once. Undefined when there is none. */
  async directory(path: string): Promise<KustomizeFiles['entry'] | undefined> {
    const { tree, readSet, signal } = this.#input
    const entries = await tree.list(path, signal)
    readSet.directory(path)
    const found = entries?.find((entry) => isKustomization(entry.name))
    if (found === undefined) return undefined
    const file = under(path, found.name)
    if (this.#directories.has(path)) return { path: file, value: {} }
    this.#directories.add(path)
    const value = await this.#kustomization(file)
    for (const [field, kind] of Object.entries(fields)) {
      const items = value[field]
      if (Array.isArray(items)) await this.#field(path, kind, items)
    }
    const openapi = value['openapi']
    if (isRecord(openapi)) await this.references(path, [openapi['path']])
    await this.#helm(path, value)
    return { path: file, value }
  }

  /** Files, directories and URLs by name; what is not a string or is an inline document is skipped. */
  async references(directory: string, names: readonly unknown[]): Promise<void> {
    for (const name of names) {
      if (typeof name !== 'string' || name === '' || name.includes('\n')) continue
      await this.#reference(directory, name)
    }
  }

  async #reference(directory: string, name: string): Promise<void> {
    const { tree, readSet, signal } = this.#input
    if (isRemote(name)) {
      this.remote.push(name)
      return
    }
    const path = inside(name.startsWith('/') ? '' : directory, name, `${name} of ${directory || '.'}`)
    const entry = await tree.entry(path, signal)
    if (entry?.kind === 'directory') {
      await this.directory(path)
    } else if (entry?.kind === 'file') {
      readSet.file(path)
      this.files.set(path, entry.oid)
    } else if (looksRemote(name)) {
      this.remote.push(name)
    } else {
      // Missing: kustomize reports it in its own words; a later commit that adds it matters.
      readSet.file(path)
    }
  }

  async #field(directory: string, kind: Field, items: readonly unknown[]): Promise<void> {
    if (kind === 'references') return await this.references(directory, items)
    if (kind === 'patches') {
      return await this.references(
        directory,
        items.map((item) => (isRecord(item) ? item['path'] : item)),
      )
    }
    if (kind === 'configured') return await this.#configured(directory, items)
    for (const item of items) {
      if (!isRecord(item)) continue
      const named = Array.isArray(item['files']) ? item['files'] : []
      await this.references(
        directory,
        named.map((file) => String(file).slice(String(file).indexOf('=') + 1)),
      )
      const envs = [item['env'], ...(Array.isArray(item['envs']) ? item['envs'] : [])]
      await this.references(directory, envs)
      await this.#envFiles(directory, envs)
    }
  }

  /** A line without '=' in an env file is filled from the environment, which is then part of the inputs. */
  async #envFiles(directory: string, names: readonly unknown[]): Promise<void> {
    const { tree, signal } = this.#input
    for (const name of names) {
      if (typeof name !== 'string' || this.readsEnvironment) continue
      const file = await tree.read(inside(directory, name, name), signal)
      if (file?.bytes.includes('ARGOCD_')) this.readsEnvironment = true
    }
  }

  /** Generators and transformers are files whose own fields name further files, so the whole directory counts. */
  async #configured(directory: string, items: readonly unknown[]): Promise<void> {
    await this.references(directory, items)
    await this.#everythingIn(directory)
  }

  async #helm(directory: string, value: Record<string, unknown>): Promise<void> {
    const charts = Array.isArray(value['helmCharts']) ? value['helmCharts'] : []
    if (charts.length === 0 && !Array.isArray(value['helmChartInflationGenerator'])) return
    this.inflatesHelm = true
    const globals = value['helmGlobals']
    const home = isRecord(globals) && typeof globals['chartHome'] === 'string' ? globals['chartHome'] : 'charts'
    await this.#everythingIn(inside(directory, home, home))
    for (const chart of charts) {
      if (!isRecord(chart)) continue
      await this.references(directory, [chart['valuesFile']])
      if (Array.isArray(chart['additionalValuesFiles']))
        await this.references(directory, chart['additionalValuesFiles'])
    }
  }

  async #everythingIn(path: string): Promise<void> {
    this.#input.readSet.tree(path)
    for (const file of await filesBelow(this.#input.tree, path, this.#input.signal)) this.files.set(file.path, file.oid)
  }

  async #kustomization(path: string): Promise<Record<string, unknown>> {
    const { tree, readSet, signal } = this.#input
    readSet.file(path)
    const file = await tree.read(path, signal)
    if (file === undefined) throw new HalcyonError('PathNotFound', `Cannot read ${path}: it does not exist`)
    this.files.set(path, file.oid)
    try {
      const value = parseYaml(decode(file.bytes)).documents[0]?.value
      return isRecord(value) ? value : {}
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      throw new HalcyonError('ManifestInvalid', `Cannot read ${path}:${error.line}: ${error.message}`, { cause: error })
    }
  }
}

/** Every file below a directory with links followed, at most `maximum` of them. */
export async function filesBelow(
  tree: SourceTree,
  directory: string,
  signal?: AbortSignal,
  maximum = 20_000,
): Promise<{ path: string; oid: string; executable: boolean }[]> {
  const files: { path: string; oid: string; executable: boolean }[] = []
  const visit = async (at: string, entries: readonly TreeEntry[], depth: number): Promise<void> => {
    for (const listed of entries) {
      const path = under(at, listed.name)
      const entry = listed.kind === 'symlink' ? await tree.entry(path, signal) : listed
      if (entry?.kind === 'file') files.push({ path, oid: entry.oid, executable: entry.executable })
      else if (entry?.kind === 'directory') {
        if (depth > 50) throw new HalcyonError('PathRefused', `Cannot read ${path}: directories are nested too deeply`)
        await visit(path, (await tree.list(path, signal)) ?? [], depth + 1)
      }
      if (files.length > maximum)
        throw new HalcyonError('PathRefused', `Cannot read ${directory || '.'}: more than ${maximum} files`)
    }
  }
  await visit(directory, (await tree.list(directory, signal)) ?? [], 0)
  return files
}

function isRemote(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*::?\/\//i.test(name) || /^git::|^[\w.-]+@[\w.-]+:/.test(name)
}

/** Kustomize takes `github.com/org/repo//path?ref=v1` for a repository; only when no such file exists here. */
function looksRemote(name: string): boolean {
  return name.includes('?ref=') || name.includes('?version=') || /^[\w-]+(?:\.[\w-]+)+\/[^/]+\/[^/]+/.test(name)
}
