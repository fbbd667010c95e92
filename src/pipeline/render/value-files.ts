/** Which files `valueFiles` and `fileParameters` of a Helm source mean: relative to the chart, to the repository, to another source, or a URL. */
import picomatch from 'picomatch'
import { HalcyonError } from '../../api/errors.ts'
import type { SourceTree } from '../source/source.ts'
import { type BuildEnvironment, substitute } from './environment.ts'
import { filesBelow } from './kustomize-files.ts'
import { inside, isUrl } from './paths.ts'
import type { ReadSet } from './read-set.ts'

export type ValueFile =
  | { readonly kind: 'file'; readonly tree: SourceTree; readonly path: string; readonly oid: string }
  /** Inside a chart that came from a repository; looked up when it is unpacked. */
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }

/** A tree that value files may come from, and the notes about it. */
export interface LendingSource {
  readonly tree: SourceTree
  readonly readSet: ReadSet
}

export interface ValueFileContext {
  /** The chart's own tree; undefined for a chart from a repository. */
  readonly own: LendingSource | undefined
  readonly chartDirectory: string
  /** Sources by `ref`. */
  readonly references: ReadonlyMap<string, LendingSource>
  readonly environment: BuildEnvironment
  /** `helm.valuesFileSchemes` of the settings. */
  readonly schemes: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** The files of one entry, in order; several for a glob. Throws SpecInvalid, PathNotFound, PathRefused. */
export async function resolveValueFile(
  raw: string,
  optional: boolean,
  context: ValueFileContext,
): Promise<ValueFile[]> {
  const { environment } = context
  const slash = raw.indexOf('/')
  const first = slash < 0 ? raw : raw.slice(0, slash)
  if (first.startsWith('$') && context.references.has(first.slice(1))) {
    const lender = context.references.get(first.slice(1))!
    const path = inside('', substitute(raw.slice(first.length), environment), raw)
    return await filesAt(lender, path, raw, optional, context.signal)
  }
  const name = /^\$\{?(\w+)\}?$/.exec(first)?.[1]
  if (name !== undefined && !environment.has(name)) {
    throw new HalcyonError('SpecInvalid', `Cannot read the values file ${raw}: no source has ref ${name}`)
  }
  const text = substitute(raw, environment)
  if (isUrl(text)) {
    const scheme = text.slice(0, text.indexOf(':')).toLowerCase()
    if (!context.schemes.includes(scheme)) {
      throw new HalcyonError(
        'SpecInvalid',
        `Cannot read the values file ${raw}: URLs with ${scheme} are not allowed (helm.valuesFileSchemes: ${context.schemes.join(', ') || 'none'})`,
      )
    }
    if (scheme === 'http' || scheme === 'https') return [{ kind: 'url', url: text }]
    throw new HalcyonError(
      'SpecInvalid',
      `Cannot read the values file ${raw}: ${scheme} needs a plug-in of Helm, and Helm runs without plug-ins here`,
    )
  }
  // A leading slash means the root of the repository.
  const path = inside(text.startsWith('/') ? '' : context.chartDirectory, text, raw)
  if (context.own === undefined) return [{ kind: 'archive', path }]
  return await filesAt(context.own, path, raw, optional, context.signal)
}

async function filesAt(
  { tree, readSet }: LendingSource,
  path: string,
  raw: string,
  optional: boolean,
  signal?: AbortSignal,
): Promise<ValueFile[]> {
  const entry = await tree.entry(path, signal)
  if (entry?.kind === 'file') {
    readSet.file(path)
    return [{ kind: 'file', tree, path, oid: entry.oid }]
  }
  const { base, isGlob } = picomatch.scan(path)
  if (isGlob) {
    readSet.tree(base)
    const found = matching(await filesBelow(tree, base, signal), path)
    if (found.length > 0 || optional)
      return found.map((file) => ({ kind: 'file', tree, path: file.path, oid: file.oid }))
  } else {
    readSet.file(path)
    if (optional) return []
  }
  throw new HalcyonError(
    'PathNotFound',
    `Cannot read the values file ${raw}: ${isGlob ? 'no file matches' : 'it does not exist'}`,
  )
}

/** The files a glob selects, in lexical order; `**` crosses directories, `*` does not. */
export function matching<T extends { readonly path: string }>(files: readonly T[], pattern: string): T[] {
  const matches = picomatch(pattern, { dot: true })
  return files.filter((file) => matches(file.path)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}
