/** The git generator's view of a repository: through the mirrors of the pipeline, or a folder as it is. Effects: Git, files. */
import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { GitTree } from '../delivery/applicationset/context.ts'
import type { Repository, Sources, SourceTree } from '../pipeline/source/source.ts'

/** One revision of a repository, fetched when the mirror does not know it. Throws HalcyonError Repository*, RevisionNotFound. */
export async function gitTreeOf(
  sources: Sources,
  url: string,
  revision: string,
  signal?: AbortSignal,
): Promise<GitTree> {
  const repository = sources.open(url)
  const { commit } = await resolve(repository, revision, signal)
  return treeOf(repository.tree(commit), signal)
}

/** What the last fetch brought is used; only a revision that it does not have is worth another fetch. */
async function resolve(repository: Repository, revision: string, signal?: AbortSignal) {
  try {
    return await repository.resolve(revision, signal)
  } catch (error) {
    if (signal?.aborted) throw error
    await repository.fetch(signal)
    return repository.resolve(revision, signal)
  }
}

interface Listing {
  readonly directories: readonly string[]
  readonly files: readonly string[]
}

function treeOf(tree: SourceTree, signal?: AbortSignal): GitTree {
  let listing: Promise<Listing> | undefined
  const list = () =>
    (listing ??= listingOf(async (path) =>
      (await tree.list(path, signal))?.map(({ name, kind }) => ({ name, kind: kind === 'submodule' ? 'other' : kind })),
    ))
  return {
    commit: tree.commit,
    directories: async () => (await list()).directories,
    files: async () => (await list()).files,
    async read(path) {
      const content = await tree.read(path, signal)
      if (content === undefined) throw new HalcyonError('PathNotFound', `Cannot read ${path}: it is no file`)
      return content.bytes.toString('utf8')
    },
  }
}

/** A folder as a tree without a history: what is saved counts, whatever the revision. Its `.git` is not part of it. */
export function folderTree(folder: string): GitTree {
  let listing: Promise<Listing> | undefined
  const list = () => (listing ??= listingOf((path) => entriesOf(folder, path)))
  return {
    commit: '',
    directories: async () => (await list()).directories,
    files: async () => (await list()).files,
    async read(path) {
      try {
        return await readFile(join(folder, path), 'utf8')
      } catch (error) {
        throw new HalcyonError('PathNotFound', `Cannot read ${path} in ${folder}: ${messageOf(error)}`, {
          cause: error,
        })
      }
    },
  }
}

async function entriesOf(folder: string, path: string): Promise<readonly Entry[]> {
  try {
    const found = await readdir(join(folder, path), { withFileTypes: true })
    return found
      .filter(({ name }) => path !== '' || name !== '.git')
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
  } catch (error) {
    throw new HalcyonError('RepositoryUnavailable', `Cannot read ${join(folder, path)}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

interface Entry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
}

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'symlink'
  return entry.isFile() ? 'file' : 'other'
}

/** Argo CD leaves out directories whose name starts with '.', and what is below them; files it takes from there too. */
async function listingOf(list: (path: string) => Promise<readonly Entry[] | undefined>): Promise<Listing> {
  const directories: string[] = []
  const files: string[] = []
  async function walk(path: string, hidden: boolean): Promise<void> {
    const entries = (await list(path)) ?? []
    await Promise.all(
      entries.map(async ({ name, kind }) => {
        const at = path === '' ? name : `${path}/${name}`
        if (kind === 'file' || kind === 'symlink') files.push(at)
        if (kind !== 'directory') return
        const isHidden = hidden || name.startsWith('.')
        if (!isHidden) directories.push(at)
        await walk(at, isHidden)
      }),
    )
  }
  await walk('', false)
  return { directories: directories.sort(byBytes), files: files.sort(byBytes) }
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1
}
