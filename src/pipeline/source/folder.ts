/** A plain folder as a repository: its revision is the hash of what it holds, and every save is a commit. Effect: reads files. */
import { HalcyonError } from '../../api/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { createCatchUp } from './catch-up.ts'
import { createDirectoryWatch } from './directory-watch.ts'
import { readIfSame, type Snapshot, type StatCache, scanFolder, snapshotChanges } from './folder-scan.ts'
import { cacheBytes, type ObjectCache } from './objects.ts'
import { type WatchTimes, watchTimes } from './ref-watch.ts'
import type { Repository } from './source.ts'
import { storedTree } from './stored-tree.ts'

export interface Folder extends Repository {
  watch(listener: () => void, times?: WatchTimes): () => void
}

/** Earlier states that can still be compared with the present one; only hashes are kept of them. */
const keptSnapshots = 8

export function openFolder(path: string, deps: { clock: Clock; cache: ObjectCache }): Folder {
  const { clock, cache } = deps
  const stats: StatCache = new Map()
  const snapshots = new Map<string, Snapshot>()
  let current: Snapshot | undefined
  /** Whether events would have told of every change since the last scan. */
  let isCurrent = false
  let scanMs = 0

  async function scan(): Promise<Snapshot> {
    const startedAt = clock.now()
    isCurrent = watching > 0
    try {
      const next = await scanFolder(path, stats, () => Date.now())
      scanMs = clock.now() - startedAt
      current = next
      snapshots.delete(next.commit)
      snapshots.set(next.commit, next)
      for (const oldest of snapshots.keys()) {
        if (snapshots.size <= keptSnapshots) break
        snapshots.delete(oldest)
      }
      return next
    } catch (cause) {
      isCurrent = false
      const code = (cause as NodeJS.ErrnoException).code
      const detail =
        code === 'ENOENT'
          ? 'it does not exist'
          : code === 'ENOTDIR'
            ? 'it is not a directory'
            : `it cannot be read (${code ?? 'unknown error'})`
      throw new HalcyonError('RepositoryUnavailable', `Cannot read ${path}: ${detail}`, { cause })
    }
  }

  /** A scan that began before the call may have passed the file that changed. */
  const look = createCatchUp(scan)

  function snapshotOf(commit: string): Snapshot {
    const snapshot = snapshots.get(commit)
    if (snapshot === undefined)
      throw new HalcyonError('RevisionNotFound', `Cannot read ${commit}: ${path} has moved on since`)
    return snapshot
  }

  async function content(oid: string, relative: string, signal?: AbortSignal): Promise<Buffer> {
    const cached = cache.get(oid)
    if (cached?.kind === 'blob') return cached.bytes
    const bytes = await readIfSame(`${path}/${relative}`, oid, signal)
    if (bytes === undefined) {
      isCurrent = false
      throw new HalcyonError(
        'RepositoryUnavailable',
        `Cannot read ${relative} in ${path}: it changed while it was being read`,
      )
    }
    if (bytes.length < cacheBytes / 64) cache.set(oid, { kind: 'blob', bytes })
    return bytes
  }

  let watching = 0

  return {
    url: path,
    async fetch(signal) {
      await look(signal)
    },
    async resolve(revision, signal) {
      const wanted = revision.trim()
      const kept = [...snapshots.keys()]
        .reverse()
        .find((commit) => wanted.length >= 'sha256:'.length + 4 && commit.startsWith(wanted))
      if (kept !== undefined) return { commit: kept, ref: undefined }
      if (wanted !== '' && wanted !== 'HEAD') {
        throw new HalcyonError(
          'RevisionNotFound',
          `Cannot resolve ${wanted} in ${path}: it is a plain folder, not a Git repository`,
        )
      }
      const snapshot = isCurrent && current !== undefined ? current : await look(signal)
      return { commit: snapshot.commit, ref: undefined }
    },
    tree: (commit) =>
      storedTree(
        commit,
        {
          directory: async (oid) => {
            const found = snapshotOf(commit).directories.get(oid)
            if (found === undefined) throw new HalcyonError('PathNotFound', `Cannot read ${path}: no directory ${oid}`)
            return found
          },
          link: async (oid) => snapshotOf(commit).links.get(oid) ?? '',
          content,
        },
        async () => snapshotOf(commit).root,
      ),
    async commit(commit) {
      const at = new Date(snapshotOf(commit).newestMs).toISOString()
      return {
        sha: commit,
        author: '',
        email: '',
        authoredAt: at,
        committedAt: at,
        subject: 'files as they are, not in Git',
        parents: [],
      }
    },
    async changedPaths(from, to) {
      return from === to ? [] : snapshotChanges(snapshotOf(from), snapshotOf(to))
    },
    lastChange: async () => undefined,
    watch(listener, times = watchTimes) {
      let stopped = false
      let cancelDebounce: (() => void) | undefined
      let cancelPoll: (() => void) | undefined
      let baseline: { readonly commit: string | undefined } | undefined = current
      const watcher = createDirectoryWatch((_, name) => {
        if (name === '.git') return
        isCurrent = false
        cancelDebounce ??= clock.after(times.debounceMs, () => {
          cancelDebounce = undefined
          void compare()
        })
      })

      /** Calls back only when the content differs: editors touch many files that end up the same. */
      async function compare(): Promise<void> {
        const snapshot = await look().catch(() => undefined)
        if (stopped) return
        // What happened in a new directory before it was watched made no event.
        if (snapshot !== undefined && watcher.set([path, ...snapshot.watched]) > 0) return compare()
        const before = baseline
        baseline = { commit: snapshot?.commit }
        if (before !== undefined && before.commit !== snapshot?.commit) listener()
      }

      function poll(): void {
        // A big folder is looked at less often, so that looking stays a small share of the time.
        cancelPoll = clock.after(Math.max(times.pollMs, scanMs * 50), () => {
          void compare().then(() => {
            if (!stopped) poll()
          })
        })
      }

      watching++
      void compare()
      poll()
      return () => {
        watching--
        isCurrent = false
        stopped = true
        cancelDebounce?.()
        cancelPoll?.()
        watcher.close()
      }
    },
  }
}
