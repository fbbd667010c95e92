/**
 * Jsonnet files of a Directory source, evaluated by go-jsonnet in WebAssembly: no files, no environment, no network, bounded time and
 * memory. Imports are read from the source tree only, and every look at a file is noted in the read-set. Effects: a thread.
 */
import type { JsonnetSource } from '../../api/application.ts'
import { HalcyonError } from '../../api/errors.ts'
import { stringifyJson } from '../../kube/json.ts'
import type { Clock } from '../../runtime/clock.ts'
import { createGoProgram, GoProgramFailure } from '../../runtime/go-program/go-program.ts'
import type { SourceTree } from '../source/source.ts'
import type { ByteCache } from './byte-cache.ts'
import { digestOf } from './digest.ts'
import { type BuildEnvironment, substitute } from './environment.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import { inside } from './paths.ts'
import type { ReadSet } from './read-set.ts'

export interface JsonnetInput {
  readonly tree: SourceTree
  readonly readSet: ReadSet
  /** Of the source, for imports relative to it. */
  readonly directory: string
  readonly path: string
  readonly options: JsonnetSource
  readonly environment: BuildEnvironment
  readonly signal?: AbortSignal | undefined
}

export interface JsonnetResult {
  readonly manifest: Manifest
  /** Changes when a file that was read, or a variable, changes. */
  readonly identity: string
  /** False when it was known. */
  readonly evaluated: boolean
}

export interface Jsonnet extends AsyncDisposable {
  /** Throws RenderFailed with Jsonnet's own words, RenderTimedOut, PathRefused, ManifestInvalid. */
  evaluate(input: JsonnetInput): Promise<JsonnetResult>
}

export interface JsonnetOptions {
  readonly clock: Clock
  readonly timeMs: number
  readonly results: ByteCache<Manifest>
}

interface Answer {
  readonly json?: string
  readonly wanted?: readonly string[]
  readonly error?: string
}

/** 512 MiB. */
const memoryPages = 8192
/** Imports deeper than this one by one are no library. */
const maximumRounds = 200
const maximumFiles = 5_000

export function createJsonnet({ clock, timeMs, results }: JsonnetOptions): Jsonnet {
  const program = createGoProgram({
    clock,
    file: new URL('../../../tools/jsonnet/jsonnet.wasm.gz', import.meta.url),
    memoryPages,
    timeMs,
  })
  /** What an evaluation looked at, by what was asked; the ids decide whether its result still stands. */
  const looked = new Map<string, readonly string[]>()

  async function ask(path: string, question: object, signal: AbortSignal | undefined): Promise<Answer> {
    try {
      return JSON.parse(await program.ask(stringifyJson(question), signal)) as Answer
    } catch (error) {
      if (!(error instanceof GoProgramFailure)) throw error
      const detail = error.kind === 'timedOut' ? `jsonnet ran longer than ${timeMs / 1000} s` : error.message
      throw new HalcyonError('RenderTimedOut', `Cannot evaluate ${path}: ${detail}`, { cause: error })
    }
  }

  return {
    async evaluate(input) {
      const { path, signal } = input
      const given = questionOf(input)
      const files = new SeenFiles(input)
      const lookKey = digestOf([given, path])
      for (const known of [path, ...(looked.get(lookKey) ?? [])]) await files.look(known)
      const kept = results.get(files.identity(given))
      if (kept !== undefined) return { manifest: kept, identity: files.identity(given), evaluated: false }
      for (let round = 0; ; round++) {
        const answer = await ask(path, { ...given, files: files.texts }, signal)
        if (answer.error !== undefined)
          throw new HalcyonError('RenderFailed', `Cannot evaluate ${path}: ${answer.error}`)
        if (answer.wanted === undefined) {
          const manifest = manifestOf(path, answer.json ?? '')
          if (looked.size >= 1_000) looked.clear()
          looked.set(lookKey, files.paths)
          const identity = files.identity(given)
          results.set(identity, manifest, (answer.json ?? '').length + 256)
          return { manifest, identity, evaluated: true }
        }
        for (const wanted of answer.wanted) await files.look(wanted)
        if (round > maximumRounds || files.paths.length > maximumFiles)
          throw new HalcyonError('RenderFailed', `Cannot evaluate ${path}: it imports too many files`)
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** Variables with the build environment in them, and libraries from the root of the repository, as in Argo CD. */
function questionOf({ path, directory, options, environment }: JsonnetInput) {
  const filled = (variables: JsonnetSource['tlas']) =>
    (variables ?? []).map((one) => ({ ...one, value: substitute(one.value, environment) }))
  return {
    main: path,
    libs: [directory || '.', ...(options.libs ?? []).map((lib) => inside('', lib, `library ${lib}`) || '.')],
    extVars: filled(options.extVars),
    tlas: filled(options.tlas),
  }
}

/** The files that were looked at, those that are not there too. */
class SeenFiles {
  readonly texts: Record<string, string | null> = {}
  readonly #ids: Record<string, string> = {}
  readonly #input: JsonnetInput

  constructor(input: JsonnetInput) {
    this.#input = input
  }

  get paths(): readonly string[] {
    return Object.keys(this.texts)
  }

  async look(path: string): Promise<void> {
    if (path in this.texts) return
    const { tree, readSet, signal } = this.#input
    readSet.file(path)
    const file = await tree.read(path, signal)
    this.texts[path] = file === undefined ? null : file.bytes.toString('utf8')
    this.#ids[path] = file?.oid ?? ''
  }

  identity(given: object): string {
    return digestOf(['jsonnet', given, Object.entries(this.#ids).sort()])
  }
}

/** One object, or a list of objects. */
function manifestOf(path: string, json: string): Manifest {
  const value: unknown = JSON.parse(json)
  const documents = Array.isArray(value) ? value : [value]
  const manifest = parseManifest(documents.map((one) => `---\n${JSON.stringify(one)}\n`).join(''))
  if (manifest.failure === undefined) return manifest
  throw new HalcyonError('ManifestInvalid', `Cannot read what ${path} evaluates to: ${manifest.failure.message}`)
}
