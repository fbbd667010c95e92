/** A path on this machine: a Git repository if it is one, else a plain folder; looked at anew on each use, for one may become the other. */
import type { Clock } from '../../runtime/clock.ts'
import { openFolder } from './folder.ts'
import { findGitDir } from './git-dir.ts'
import { openLocalRepository } from './local-repository.ts'
import type { ObjectCache } from './objects.ts'
import { type WatchTimes, watchRefs, watchTimes } from './ref-watch.ts'
import type { Repository } from './source.ts'

export interface LocalSource extends Repository, AsyncDisposable {
  /** Calls back when refs or files may have moved. Returns the function that stops it. */
  watch(listener: () => void): () => void
}

export function openLocal(
  path: string,
  deps: { clock: Clock; cache: ObjectCache },
  times: WatchTimes = watchTimes,
): LocalSource {
  const { clock } = deps
  const repository = openLocalRepository(path, deps)
  const folder = openFolder(path, deps)
  const isGit = () => findGitDir(path) !== undefined
  const present = () => (isGit() ? repository : folder)

  /** A content hash of the folder stays one, also after `git init`. */
  const owner = (commit: string) => (commit.startsWith('sha256:') ? folder : repository)

  return {
    url: path,
    fetch: async (signal) => present().fetch(signal),
    resolve: async (revision, signal) =>
      (revision.startsWith('sha256:') ? folder : present()).resolve(revision, signal),
    tree: (commit) => owner(commit).tree(commit),
    commit: async (commit, signal) => owner(commit).commit(commit, signal),
    changedPaths: async (from, to, signal) => owner(from).changedPaths(from, to, signal),
    lastChange: async (until, paths, signal) => owner(until).lastChange(until, paths, signal),
    watch(listener) {
      let wasGit = isGit()
      const start = () => (wasGit ? watchRefs(path, clock, listener, times) : folder.watch(listener, times))
      let stop = start()
      let cancel: () => void
      const check = () => {
        cancel = clock.after(times.pollMs, () => {
          if (isGit() !== wasGit) {
            wasGit = !wasGit
            stop()
            stop = start()
            listener()
          }
          check()
        })
      }
      check()
      return () => {
        cancel()
        stop()
      }
    },
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  }
}
