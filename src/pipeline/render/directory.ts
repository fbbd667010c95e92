/** Plain manifests: which files of a directory count, and the objects in them. Parsed once per blob id. */
import type { DirectorySource } from '../../api/application.ts'
import { HalcyonError } from '../../api/errors.ts'
import type { SourceTree, TreeEntry } from '../source/source.ts'
import type { ByteCache } from './byte-cache.ts'
import type { BuildEnvironment } from './environment.ts'
import { matchesGlob } from './glob.ts'
import type { Jsonnet } from './jsonnet.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { byName, under } from './paths.ts'
import type { ReadSet } from './read-set.ts'
import type { RenderWarning } from './renderer.ts'
import type { SourceObject, SourceOutput } from './source-output.ts'

/** A parsed blob with its size in bytes. */
export interface ParsedBlob extends Manifest {
  readonly size: number
}

interface ManifestFile {
  readonly path: string
  readonly oid: string
}

export interface DirectoryInput {
  readonly tree: SourceTree
  readonly directory: string
  /** What `tree.list(directory)` answered. */
  readonly entries: readonly TreeEntry[]
  readonly options: DirectorySource
  readonly blobs: ByteCache<ParsedBlob>
  /** Undefined: files of Jsonnet are left alone (`jsonnet.enable`). */
  readonly jsonnet: Jsonnet | undefined
  readonly environment: BuildEnvironment
  readonly readSet: ReadSet
  readonly limitBytes: number
  readonly signal?: AbortSignal | undefined
}

/** Renders a directory. `identity` lists what decides the output: paths and blob ids. Throws ManifestInvalid, PathRefused. */
export async function renderDirectory(
  input: DirectoryInput,
): Promise<SourceOutput & { identity: string; parsed: number }> {
  const { tree, blobs, signal } = input
  const warnings: RenderWarning[] = []
  const files = await manifestFiles(input, warnings)
  const objects: SourceObject[] = []
  let identity = ''
  let parsed = 0
  let size = 0
  for (const { path, oid } of files) {
    if (path.endsWith('.jsonnet')) {
      if (input.jsonnet === undefined) continue
      const { readSet, directory, environment } = input
      const jsonnet = input.options.jsonnet ?? {}
      const result = await input.jsonnet.evaluate({
        tree,
        readSet,
        directory,
        path,
        options: jsonnet,
        environment,
        signal,
      })
      if (result.evaluated) parsed++
      identity += `${path}\0${result.identity}\0`
      for (const { object } of result.manifest.objects) objects.push({ object, path })
      continue
    }
    identity += `${path}\0${oid}\0`
    let blob = blobs.get(oid)
    if (blob === undefined) {
      const file = await tree.read(path, signal)
      if (file === undefined) throw new HalcyonError('PathNotFound', `Cannot read ${path}: it does not exist`)
      blob = { ...readManifest(file.bytes), size: file.bytes.length }
      blobs.set(oid, blob, file.bytes.length + 256)
      parsed++
    }
    size += blob.size
    if (size > input.limitBytes) {
      throw new HalcyonError(
        'ManifestInvalid',
        `Cannot read ${input.directory || '.'}: its manifests exceed ${input.limitBytes} bytes`,
      )
    }
    collect(path, blob, objects, warnings)
  }
  return { objects, warnings, identity, parsed }
}

function collect(path: string, blob: ParsedBlob, objects: SourceObject[], warnings: RenderWarning[]): void {
  if (blob.failure !== undefined) {
    throw new HalcyonError('ManifestInvalid', `Cannot read ${path}:${blob.failure.line}: ${blob.failure.message}`)
  }
  if (blob.stray !== undefined) warnings.push({ reason: 'Tool', message: `Left out ${path}: ${blob.stray.message}` })
  for (const { line, message } of blob.warnings)
    warnings.push({ reason: 'DuplicateKey', message: `${path}:${line}: ${message}` })
  for (const { object } of blob.objects) objects.push({ object, path })
}

/** The files in the order Argo CD walks them. Notes in the read-set exactly what the choice depended on. */
async function manifestFiles(input: DirectoryInput, warnings: RenderWarning[]): Promise<ManifestFile[]> {
  const { tree, directory, options, readSet, signal } = input
  const filtered = Boolean(options.include) || Boolean(options.exclude)
  if (options.recurse && !filtered) readSet.tree(directory)
  const files: ManifestFile[] = []

  const visit = async (at: string, entries: readonly TreeEntry[]): Promise<void> => {
    readSet.directory(at)
    for (const entry of entries.toSorted(byName)) {
      const path = under(at, entry.name)
      if (entry.kind === 'directory') {
        if (options.recurse) await visit(path, (await tree.list(path, signal)) ?? [])
        continue
      }
      if (entry.kind === 'submodule' || !/\.(?:ya?ml|json|jsonnet)$/.test(entry.name)) continue
      const relative = directory === '' ? path : path.slice(directory.length + 1)
      if (options.exclude && matchesGlob(options.exclude, relative)) continue
      if (options.include && !matchesGlob(options.include, relative)) continue
      readSet.file(path)
      const target = entry.kind === 'symlink' ? await tree.entry(path, signal) : entry
      if (target?.kind === 'file') files.push({ path, oid: target.oid })
      else warnings.push({ reason: 'Tool', message: `Left out ${path}: the link does not lead to a file` })
    }
  }

  await visit(directory, input.entries)
  return files
}
