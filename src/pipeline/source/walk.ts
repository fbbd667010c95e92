/** Following a path through directories and links, inside the tree only. Pure but for what the store does. */
import { HalcyonError } from '../../api/errors.ts'
import type { TreeEntry } from './source.ts'

export interface Directory {
  find(name: string): TreeEntry | undefined
  /** In Git order. */
  entries(): readonly TreeEntry[]
}

/** Directories and links by id; Git's object store, or a scanned folder. */
export interface DirectoryStore {
  directory(oid: string, signal?: AbortSignal): Promise<Directory>
  /** Where a symbolic link points. */
  link(oid: string, signal?: AbortSignal): Promise<string>
}

/** Where a path led. */
export interface Walked {
  readonly entry: TreeEntry
  /** The path without links. */
  readonly path: string
}

/** As Linux does (path_resolution(7)). */
const maxLinks = 40

/**
 * Follows `path` from the root directory; undefined when nothing is there. `onLink` hears the path of every link on the way: what a
 * path means depends on them too. `onMissing` hears where the way ended. Throws PathRefused.
 */
export async function walk(
  store: DirectoryStore,
  rootOid: string,
  path: string,
  options: {
    onLink?: (path: string) => void
    onMissing?: (path: string) => void
    signal?: AbortSignal | undefined
  } = {},
): Promise<Walked | undefined> {
  const todo = segmentsOf(path)
  const root: TreeEntry = { name: '', kind: 'directory', oid: rootOid, executable: false }
  // The directories passed, the root first; `..` in a link goes back.
  const passed: TreeEntry[] = [root]
  let links = 0
  while (todo.length > 0) {
    const name = todo.pop()!
    if (name === '' || name === '.') continue
    if (name === '..') {
      // Only a link's target can hold one.
      if (passed.length === 1)
        throw new HalcyonError('PathRefused', `Cannot read ${path}: a link on the way leaves the repository`)
      passed.pop()
      continue
    }
    const here = passed.at(-1)!
    if (here.kind !== 'directory') {
      options.onMissing?.(pathOf(passed, name))
      return undefined
    }
    const entry = (await store.directory(here.oid, options.signal)).find(name)
    if (entry === undefined) {
      options.onMissing?.(pathOf(passed, name))
      return undefined
    }
    if (entry.kind !== 'symlink') {
      passed.push(entry)
      continue
    }
    const linkPath = pathOf(passed, name)
    options.onLink?.(linkPath)
    if (++links > maxLinks)
      throw new HalcyonError('PathRefused', `Cannot read ${path}: too many links, or a link to itself`)
    const target = await store.link(entry.oid, options.signal)
    if (target.startsWith('/'))
      throw new HalcyonError('PathRefused', `Cannot read ${path}: ${linkPath} is a link to an absolute path`)
    todo.push(...target.split('/').reverse())
  }
  const entry = passed.at(-1)!
  return { entry, path: pathOf(passed) }
}

/** The names of a path, last first. Throws PathRefused for `..`, absolute paths and NUL. */
function segmentsOf(path: string): string[] {
  if (path === '') return []
  if (path.startsWith('/')) throw new HalcyonError('PathRefused', `Cannot read ${path}: it is an absolute path`)
  if (path.includes('\0'))
    throw new HalcyonError('PathRefused', `Cannot read ${JSON.stringify(path)}: it contains a NUL character`)
  const segments = path.split('/')
  if (segments.includes('..')) throw new HalcyonError('PathRefused', `Cannot read ${path}: ".." is not allowed`)
  return segments.reverse()
}

function pathOf(passed: readonly TreeEntry[], name?: string): string {
  let path = ''
  for (let index = 1; index < passed.length; index++)
    path = path === '' ? passed[index]!.name : `${path}/${passed[index]!.name}`
  if (name === undefined) return path
  return path === '' ? name : `${path}/${name}`
}
