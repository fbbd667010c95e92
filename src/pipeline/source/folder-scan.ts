/** A plain folder as a tree of content hashes, like a commit that nobody made. Effect: reads files. */
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { createPool } from '../../runtime/pool.ts'
import type { ChangedPath, TreeEntry } from './source.ts'
import type { Directory } from './walk.ts'

/** What a folder held at one moment. Contents are not kept, only their hashes. */
export interface Snapshot {
  /** `sha256:` and 40 digits: stands where a commit's SHA would. */
  readonly commit: string
  readonly root: string
  readonly directories: ReadonlyMap<string, Directory>
  readonly links: ReadonlyMap<string, string>
  /** Every file and link by path. */
  readonly files: ReadonlyMap<string, TreeEntry>
  /** Absolute paths of the directories, to be watched. */
  readonly watched: readonly string[]
  readonly newestMs: number
}

/** Remembers what a file hashed to while its stat stays the same. */
export type StatCache = Map<string, { readonly stamp: string; readonly oid: string; readonly link?: string }>

/** Files read at once. */
const readers = 16
/** A file that changed again within one tick of the file system's clock keeps its time; such young hashes are not trusted twice. */
const settledMs = 50

/** Hashes what changed since the last scan with this cache. Leaves out `.git`, empty directories, and what is neither file nor link. */
export async function scanFolder(
  path: string,
  cache: StatCache,
  now: () => number,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const pool = createPool(readers)
  const directories = new Map<string, Directory>()
  const links = new Map<string, string>()
  const files = new Map<string, TreeEntry>()
  const watched: string[] = []
  const known = new Set<string>()
  let newestMs = 0

  async function visit(relative: string): Promise<TreeEntry | undefined> {
    signal?.throwIfAborted()
    const here = join(path, relative)
    const names = await pool
      .run(() => readdir(here))
      .catch((error: unknown) => (relative === '' ? Promise.reject(error) : []))
    watched.push(here)
    const found = await Promise.all(
      names.map((name) => (name === '.git' ? undefined : look(relative === '' ? name : `${relative}/${name}`, name))),
    )
    const entries = found.filter((entry) => entry !== undefined).sort(inGitOrder)
    if (entries.length === 0 && relative !== '') return undefined
    const oid = treeOid(entries)
    directories.set(oid, directoryOf(entries))
    return { name: relative.slice(relative.lastIndexOf('/') + 1), kind: 'directory', oid, executable: false }
  }

  async function look(relative: string, name: string): Promise<TreeEntry | undefined> {
    const stat = await pool.run(() => lstat(join(path, relative)).catch(() => undefined))
    if (stat?.isDirectory()) return visit(relative)
    if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) return undefined
    newestMs = Math.max(newestMs, stat.mtimeMs)
    const entry = await pool.run(() => leaf(relative, name, stat)).catch(() => undefined)
    if (entry !== undefined) files.set(relative, entry)
    return entry
  }

  async function leaf(relative: string, name: string, stat: Stats): Promise<TreeEntry> {
    known.add(relative)
    const kind = stat.isSymbolicLink() ? 'symlink' : 'file'
    const stamp = `${kind} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`
    const cached = cache.get(relative)
    const oid = cached?.stamp === stamp ? cached.oid : await hash()
    const link = cache.get(relative)?.link
    if (link !== undefined) links.set(oid, link)
    return { name, kind, oid, executable: kind === 'file' && (stat.mode & 0o100) !== 0 }

    async function hash(): Promise<string> {
      const full = join(path, relative)
      const target = kind === 'symlink' ? await readlink(full) : undefined
      const fresh = target === undefined ? await fileOid(full) : contentOid(Buffer.from(target))
      const isSettled = now() - stat.ctimeMs > settledMs
      cache.set(relative, {
        stamp: isSettled ? stamp : '',
        oid: fresh,
        ...(target === undefined ? {} : { link: target }),
      })
      return fresh
    }
  }

  const root = (await visit(''))!.oid
  for (const relative of cache.keys()) if (!known.has(relative)) cache.delete(relative)
  return { commit: `sha256:${root.slice(0, 40)}`, root, directories, links, files, watched, newestMs }
}

/** The id of a content: also what a later reader checks against. */
export function contentOid(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Differences between two snapshots of one folder. Pure. */
export function snapshotChanges(from: Snapshot, to: Snapshot): readonly ChangedPath[] {
  const changes: ChangedPath[] = []
  for (const [path, old] of from.files) {
    const young = to.files.get(path)
    if (young === undefined) changes.push({ path, change: 'deleted', top: topOf(path, to) })
    else if (young.kind !== old.kind) changes.push({ path, change: 'modified', top: path })
    else if (young.oid !== old.oid || young.executable !== old.executable) changes.push({ path, change: 'modified' })
  }
  for (const path of to.files.keys())
    if (!from.files.has(path)) changes.push({ path, change: 'added', top: topOf(path, from) })
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The highest directory on the way to a path that the other snapshot does not have. */
function topOf(path: string, other: Snapshot): string {
  let directory = other.directories.get(other.root)
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const head = path.slice(0, slash)
    const entry = directory?.find(head.slice(head.lastIndexOf('/') + 1))
    if (entry?.kind !== 'directory') return head
    directory = other.directories.get(entry.oid)
  }
  return path
}

async function fileOid(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size <= 1024 * 1024) return contentOid(await file.readFile())
    const digest = createHash('sha256')
    for await (const chunk of file.createReadStream({ autoClose: false })) digest.update(chunk as Buffer)
    return digest.digest('hex')
  } finally {
    await file.close()
  }
}

/** Reads a file for a snapshot; undefined when it is no longer what it was then. */
export async function readIfSame(path: string, oid: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(path, { signal })
    return contentOid(bytes) === oid ? bytes : undefined
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

function directoryOf(entries: readonly TreeEntry[]): Directory {
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  return { entries: () => entries, find: (name) => byName.get(name) }
}

function treeOid(entries: readonly TreeEntry[]): string {
  const digest = createHash('sha256')
  for (const { kind, executable, name, oid } of entries)
    digest.update(`${kind}${executable ? '+' : ' '}${name}\0${oid}\n`)
  return digest.digest('hex')
}

function inGitOrder(a: TreeEntry, b: TreeEntry): number {
  return Buffer.compare(orderKey(a), orderKey(b))
}

function orderKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.kind === 'directory' ? `${entry.name}/` : entry.name)
}
