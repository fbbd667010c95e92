/** All repositories of a process: one Repository per place, watched by file events or by polls. Effect: git, files, network. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import { type Random, systemRandom } from '../../runtime/random.ts'
import { backoffMs } from '../../runtime/retry.ts'
import { type LocalSource, openLocal } from './local-source.ts'
import { type FetchInfo, type Mirror, openMirror } from './mirror.ts'
import { createObjectCache } from './objects.ts'
import type { RepositoryAccess } from './repository-access.ts'
import type { Sources } from './source.ts'
import { looseIdentity, parseLocation } from './url.ts'

export interface SourcesOptions {
  /** Mirrors are kept in `<dataDir>/git`. */
  readonly dataDir: string
  readonly clock?: Clock
  readonly random?: Random
  /** Time between looks at a remote repository; up to a fifth is added at random. */
  readonly pollIntervalMs?: number
  readonly onFetch?: (info: FetchInfo) => void
  /** What Secrets say about a repository; asked at each use of the network. */
  readonly access?: (url: string, signal: AbortSignal) => Promise<RepositoryAccess | undefined>
  /** Relative paths start here. */
  readonly cwd?: string
  /** Bytes of parsed trees and small blobs that are remembered. */
  readonly cacheBytes?: number
}

type Opened =
  | { readonly kind: 'local'; readonly repository: LocalSource }
  | { readonly kind: 'remote'; readonly repository: Mirror }

interface Watched {
  readonly identity: string | undefined
  readonly listeners: Set<() => void>
  readonly stop: () => void
}

const defaultPollMs = 120_000
const jitter = 0.2

export function createSources(options: SourcesOptions): Sources {
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const pollMs = options.pollIntervalMs ?? defaultPollMs
  const cwd = options.cwd ?? process.cwd()
  const cache = createObjectCache(options.cacheBytes)
  const opened = new Map<string, Opened>()
  const watched = new Map<string, Watched>()

  function open(url: string): { readonly key: string; readonly opened: Opened } {
    const location = parseLocation(url, cwd)
    const { key } = location
    const known = opened.get(key)
    if (known !== undefined) {
      if (known.kind === 'remote' && location.kind === 'remote' && location.password !== undefined)
        known.repository.use(location)
      return { key, opened: known }
    }
    const created: Opened =
      location.kind === 'directory'
        ? { kind: 'local', repository: openLocal(location.path, { clock, cache }) }
        : {
            kind: 'remote',
            repository: openMirror(location, {
              path: join(options.dataDir, 'git', createHash('sha256').update(key).digest('hex').slice(0, 32)),
              clock,
              cache,
              onFetch: options.onFetch ?? (() => {}),
              access: options.access ?? (async () => undefined),
            }),
          }
    opened.set(key, created)
    return { key, opened: created }
  }

  function startWatching(url: string, target: Opened): Watched {
    const listeners = new Set<() => void>()
    const call = () => {
      for (const listener of [...listeners]) listener()
    }
    const stop = target.kind === 'local' ? target.repository.watch(call) : poll(target.repository, call)
    return { identity: looseIdentity(url), listeners, stop }
  }

  /** The listener fetches; a look after a failed fetch comes sooner, then later and later, at most at the usual interval. */
  function poll(mirror: Mirror, call: () => void): () => void {
    let cancel: () => void
    let failuresSeen = 0

    function next(ms: number): void {
      cancel = clock.after(ms, () => {
        mirror.invalidate()
        call()
        rest()
      })
    }

    function rest(): void {
      const { failuresInARow } = mirror.fetches
      if (failuresInARow === 0) next(pollMs * (1 + jitter * random()))
      else
        next(backoffMs(failuresInARow, { baseMs: Math.min(2_000, pollMs), factor: 2, maxMs: pollMs, jitter }, random))
      failuresSeen = failuresInARow
    }

    // A mirror from an earlier run may be behind; whoever fetched already in this one needs no second look.
    cancel = clock.after(0, () => {
      if (mirror.fetches.count === 0) call()
      rest()
    })
    // A failure between two looks brings the next one forward.
    const stopListening = mirror.onFailure(() => {
      if (mirror.fetches.failuresInARow <= failuresSeen) return
      cancel()
      rest()
    })
    return () => {
      cancel()
      stopListening()
    }
  }

  return {
    dropCaches: () => cache.clear(),
    open: (url) => open(url).opened.repository,
    watch(url, listener) {
      const { key, opened: target } = open(url)
      let entry = watched.get(key)
      if (entry === undefined) {
        entry = startWatching(url, target)
        watched.set(key, entry)
      }
      const { listeners, stop } = entry
      // A listener given twice is two listeners.
      const own = () => listener()
      listeners.add(own)
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        watched.delete(key)
        stop()
      }
    },
    poke(url) {
      const identity = url === undefined ? undefined : looseIdentity(url)
      if (url !== undefined && identity === undefined) return 0
      let count = 0
      for (const [key, entry] of watched) {
        if (identity !== undefined && entry.identity !== identity) continue
        const target = opened.get(key)
        if (target?.kind === 'remote') target.repository.invalidate()
        for (const listener of [...entry.listeners]) listener()
        count++
      }
      return count
    },
    async [Symbol.asyncDispose]() {
      for (const { stop } of watched.values()) stop()
      watched.clear()
      await Promise.all([...opened.values()].map(({ repository }) => repository[Symbol.asyncDispose]()))
      opened.clear()
    },
  }
}
