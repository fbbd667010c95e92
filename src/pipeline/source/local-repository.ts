/** A repository on this machine, read where it is: committed state only, no copy, nothing to fetch. Effect: reads Git. */
import { HalcyonError } from '../../api/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { createObjectReader, type ObjectReader } from './cat-file.ts'
import { findGitDir, type GitDir, readHeadRef } from './git-dir.ts'
import { gitReadings } from './git-repository.ts'
import { createObjects, type ObjectCache, type Objects } from './objects.ts'
import type { Repository } from './source.ts'

/** `path` is a work tree or a bare repository; it may appear later, or be replaced by another. */
export function openLocalRepository(
  path: string,
  deps: { clock: Clock; cache: ObjectCache },
): Repository & AsyncDisposable {
  let open: { readonly gitDir: GitDir; readonly reader: ObjectReader; readonly objects: Objects } | undefined

  function opened() {
    const gitDir = findGitDir(path)
    if (gitDir === undefined)
      throw new HalcyonError('RepositoryUnavailable', `Cannot read ${path}: it is not a Git repository any more`)
    if (open === undefined || open.gitDir.own !== gitDir.own) {
      const old = open?.reader
      const reader = createObjectReader(gitDir.own, { clock: deps.clock })
      open = { gitDir, reader, objects: createObjects(reader, deps.cache, path) }
      void old?.[Symbol.asyncDispose]()
    }
    return open
  }

  const readings = gitReadings({
    display: path,
    gitDir: async () => opened().gitDir.own,
    objects: async () => (open ?? opened()).objects,
    headRef: async () => readHeadRef(opened().gitDir.own),
  })

  return {
    ...readings,
    url: path,
    async fetch() {
      opened()
    },
    async [Symbol.asyncDispose]() {
      await open?.reader[Symbol.asyncDispose]()
    },
  }
}
