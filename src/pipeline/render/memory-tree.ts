/** A SourceTree over a record of texts, for tests and for rendering what is not in any repository. Object ids are content hashes. */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { HalcyonError } from '../../api/errors.ts'
import type { SourceTree, TreeEntry } from '../source/source.ts'

type Node = { readonly bytes: Buffer } | { readonly link: string } | { readonly children: Map<string, Node> }

/** Paths to contents; `{ link: target }` makes a symlink. */
export type MemoryFiles = Readonly<Record<string, string | Buffer | { readonly link: string }>>

export interface MemoryTree extends SourceTree {
  /** Paths given to `read`, in order: tests check what was (not) looked at. */
  readonly reads: readonly string[]
}

export function memoryTree(files: MemoryFiles, commit = 'a'.repeat(40)): MemoryTree {
  const root: Node = { children: new Map() }
  for (const [path, content] of Object.entries(files)) insert(root, path.split('/'), content)
  const reads: string[] = []
  return {
    commit,
    reads,
    entry: async (path) => {
      const node = find(root, path)
      return node === undefined ? undefined : entryOf(posix.basename(path), node)
    },
    list: async (path) => {
      const node = find(root, path)
      if (node === undefined || !('children' in node)) return undefined
      return [...node.children]
        .map(([name, child]) => entryOf(name, child))
        .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    },
    read: async (path) => {
      reads.push(path)
      const node = find(root, path)
      if (node === undefined || !('bytes' in node)) return undefined
      return { oid: oidOf(node), bytes: node.bytes }
    },
  }
}

function insert(node: Node, [name, ...rest]: string[], content: MemoryFiles[string]): void {
  if (!('children' in node) || name === undefined) throw new Error('a file cannot hold files')
  if (rest.length === 0) {
    const isLink = typeof content === 'object' && 'link' in content
    node.children.set(name, isLink ? content : { bytes: Buffer.from(content as string) })
    return
  }
  const child = node.children.get(name) ?? { children: new Map<string, Node>() }
  node.children.set(name, child)
  insert(child, rest, content)
}

function find(root: Node, path: string, depth = 0): Node | undefined {
  if (depth > 10) throw new HalcyonError('PathRefused', `Cannot read ${path}: too many links`)
  let node: Node | undefined = root
  const walked: string[] = []
  for (const [index, name] of path.split('/').entries()) {
    if (name === '') continue
    if (node === undefined || !('children' in node)) return undefined
    node = node.children.get(name)
    if (node !== undefined && 'link' in node) {
      const target = posix.join('/', ...walked, node.link).slice(1)
      const climbs = posix.join(...walked, node.link).startsWith('..')
      if (climbs || node.link.startsWith('/'))
        throw new HalcyonError('PathRefused', `Cannot read ${path}: the link leaves the repository`)
      const rest = path.split('/').slice(index + 1)
      return find(root, [target, ...rest].join('/'), depth + 1)
    }
    walked.push(name)
  }
  return node
}

function entryOf(name: string, node: Node): TreeEntry {
  const kind = 'children' in node ? 'directory' : 'link' in node ? 'symlink' : 'file'
  return { name, kind, oid: oidOf(node), executable: false }
}

function oidOf(node: Node): string {
  const hash = createHash('sha1')
  if ('bytes' in node) hash.update('blob').update(node.bytes)
  else if ('link' in node) hash.update('link').update(node.link)
  else
    for (const [name, child] of [...node.children].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${name}\0${oidOf(child)}\0`)
  return hash.digest('hex')
}

/** Git compares a directory as if its name ended in '/'. */
function sortKey(entry: TreeEntry): string {
  return entry.kind === 'directory' ? `${entry.name}/` : entry.name
}
