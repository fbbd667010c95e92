/** A SourceTree over any store of directories, links and contents. */
import type { FileContent, SourceTree, TreeEntry } from './source.ts'
import { type DirectoryStore, walk } from './walk.ts'

export interface ContentStore extends DirectoryStore {
  /** The bytes of a file; `path` is where it was found, without links. */
  content(oid: string, path: string, signal?: AbortSignal): Promise<Buffer>
}

/** Says which links a path leads over and where it ends: what a reader of that path depends on. */
export interface TraceableTree extends SourceTree {
  trace(path: string, signal?: AbortSignal): Promise<Trace>
}

export interface Trace {
  readonly links: readonly string[]
  /** The path without links, whether something is there or not. Undefined when the way ended before (`missing` says where) or was refused. */
  readonly path: string | undefined
  readonly missing: string | undefined
}

export function isTraceable(tree: SourceTree): tree is TraceableTree {
  return 'trace' in tree
}

/** `rootOf` is asked once, by the first reader. */
export function storedTree(
  commit: string,
  store: ContentStore,
  rootOf: (signal?: AbortSignal) => Promise<string>,
): TraceableTree {
  let root: string | undefined

  async function find(path: string, signal: AbortSignal | undefined) {
    root ??= await rootOf(signal)
    return walk(store, root, path, { signal })
  }

  return {
    commit,
    async entry(path, signal): Promise<TreeEntry | undefined> {
      const found = await find(path, signal)
      if (found === undefined) return undefined
      const name = path.slice(path.lastIndexOf('/') + 1)
      return found.entry.name === name ? found.entry : { ...found.entry, name }
    },
    async list(path, signal): Promise<readonly TreeEntry[] | undefined> {
      const found = await find(path, signal)
      if (found?.entry.kind !== 'directory') return undefined
      return (await store.directory(found.entry.oid, signal)).entries()
    },
    async read(path, signal): Promise<FileContent | undefined> {
      const found = await find(path, signal)
      if (found?.entry.kind !== 'file') return undefined
      return { oid: found.entry.oid, bytes: await store.content(found.entry.oid, found.path, signal) }
    },
    async trace(path, signal): Promise<Trace> {
      root ??= await rootOf(signal)
      const links: string[] = []
      let missing: string | undefined
      try {
        const found = await walk(store, root, path, {
          signal,
          onLink: (link) => links.push(link),
          onMissing: (where) => {
            missing = where
          },
        })
        return { links, path: found?.path, missing }
      } catch (error) {
        signal?.throwIfAborted()
        if (links.length === 0) throw error
        // A refused link: its own text is what has to change.
        return { links, path: undefined, missing: undefined }
      }
    },
  }
}
