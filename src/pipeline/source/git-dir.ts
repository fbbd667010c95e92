/** Where a local repository keeps its things (gitrepository-layout(5)). Effect: looks at files. */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface GitDir {
  /** HEAD lives here; the same as `common` except in a linked work tree. */
  readonly own: string
  /** Objects and refs live here. */
  readonly common: string
}

/** The repository at a path: a work tree, a linked work tree, a bare repository, or `path.git`. Undefined = none. */
export function findGitDir(path: string): GitDir | undefined {
  return (
    fromDotGit(join(path, '.git')) ?? fromGitDir(path) ?? (isDirectory(path) ? undefined : fromGitDir(`${path}.git`))
  )
}

/** The ref HEAD names, or undefined when it holds a commit. Throws when it cannot be read. */
export function readHeadRef(gitDir: string): string | undefined {
  return /^ref: *(\S+)/.exec(readFileSync(join(gitDir, 'HEAD'), 'utf8'))?.[1]
}

function fromDotGit(path: string): GitDir | undefined {
  if (isDirectory(path)) return fromGitDir(path)
  const target = /^gitdir: *(.+?)\s*$/.exec(textOf(path) ?? '')?.[1]
  return target === undefined ? undefined : fromGitDir(resolve(path, '..', target))
}

function fromGitDir(path: string): GitDir | undefined {
  if (textOf(join(path, 'HEAD')) === undefined) return undefined
  const common = textOf(join(path, 'commondir'))?.trim()
  const shared = common === undefined ? path : resolve(path, common)
  return isDirectory(join(shared, 'objects')) && isDirectory(join(shared, 'refs'))
    ? { own: path, common: shared }
    : undefined
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
