/** What the rest of the pipeline knows of Git: repositories, revisions, trees, and which paths were read. Types only. */

/** One name in a directory of a tree. `oid` is the Git object id (or a content hash for plain folders). */
export interface TreeEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'submodule'
  readonly oid: string
  readonly executable: boolean
}

export interface FileContent {
  readonly oid: string
  readonly bytes: Buffer
}

/**
 * The files of one commit, read straight from the object store. Paths are relative to the root, '/'-separated, normalised, '' is the
 * root. Symlinks that stay inside the tree are followed; one that leaves it, an absolute path or `..` throws HalcyonError PathRefused.
 */
export interface SourceTree {
  readonly commit: string
  /** The entry at a path after following links, or undefined. */
  entry(path: string, signal?: AbortSignal): Promise<TreeEntry | undefined>
  /** Entries of a directory in Git order, or undefined when the path is not a directory. Links are listed as such. */
  list(path: string, signal?: AbortSignal): Promise<readonly TreeEntry[] | undefined>
  /** The bytes of a file, or undefined when the path is not a file. */
  read(path: string, signal?: AbortSignal): Promise<FileContent | undefined>
}

/**
 * One thing a render looked at. `file`: this path's content, or its absence; `directory`: the names directly in it; `tree`:
 * everything below it.
 */
export interface ReadEntry {
  readonly kind: 'file' | 'directory' | 'tree'
  readonly path: string
}

/** A tree that notes what was read from it. */
export interface RecordingTree extends SourceTree {
  /** Sorted, without repetition, without what a recorded `tree` covers already. */
  readSet(): readonly ReadEntry[]
  /** Notes that everything below a path matters, without reading it. */
  noteTree(path: string): void
}

export interface Commit {
  readonly sha: string
  readonly author: string
  readonly email: string
  /** ISO 8601. */
  readonly authoredAt: string
  readonly committedAt: string
  readonly subject: string
  readonly parents: readonly string[]
}

export interface ChangedPath {
  readonly path: string
  readonly change: 'added' | 'modified' | 'deleted'
  /** The highest path that came, went or changed its kind with this one: for a file in a new directory, that directory. Absent = only this path. */
  readonly top?: string
}

/** Which commit a revision means right now. `ref` is the branch or tag that matched, undefined for a SHA. */
export interface ResolvedRevision {
  readonly commit: string
  readonly ref: string | undefined
}

/** One repository, whoever uses it. All methods throw HalcyonError with a Repository*, Revision* or Path* reason. */
export interface Repository {
  readonly url: string
  /** Brings the mirror up to date; concurrent calls share one fetch. A local repository or folder needs none. */
  fetch(signal?: AbortSignal): Promise<void>
  /** '' and HEAD = default branch; branch, tag, full or short SHA, semver range over tags. Uses what the last fetch brought. */
  resolve(revision: string, signal?: AbortSignal): Promise<ResolvedRevision>
  tree(commit: string): SourceTree
  commit(commit: string, signal?: AbortSignal): Promise<Commit>
  /** What differs between two commits, by walking only the subtrees whose ids differ. */
  changedPaths(from: string, to: string, signal?: AbortSignal): Promise<readonly ChangedPath[]>
  /** The newest commit after `since` (exclusive, or all history when undefined) up to `until` that touched one of the paths. */
  lastChange(until: string, paths: readonly string[], signal?: AbortSignal): Promise<Commit | undefined>
}

/** All repositories of a process, one mirror each. */
export interface Sources extends AsyncDisposable {
  /** Same URL (after normalising), same Repository. Refuses `ext::` and other command transports (RepositoryRefused). */
  open(url: string): Repository
  /** Calls back when refs of the repository may have moved: file watch, poll with jitter, or `poke`. Returns the unsubscribe function. */
  watch(url: string, listener: () => void): () => void
  /** A webhook says something moved: every watched repository whose URL matches (all of them for undefined) calls its listeners. Returns how many. */
  poke(url?: string): number
  /** Lets go of objects that are kept to save reading them again. */
  dropCaches(): void
}
