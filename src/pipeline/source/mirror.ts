/** A remote repository as a bare mirror in the data directory; one fetch at a time, whoever asks. Effect: git, network. */
import { HalcyonError, messageOf } from '../../api/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { createSingleFlight } from '../../runtime/single-flight.ts'
import { createObjectReader, type ObjectReader } from './cat-file.ts'
import { type Credentials, GitFailure, runGit } from './git.ts'
import { gitAccess } from './git-access.ts'
import { readHeadRef } from './git-dir.ts'
import { repositoryError } from './git-errors.ts'
import { gitReadings } from './git-repository.ts'
import { ensureMirror, pointHead, rebuildMirror } from './mirror-dir.ts'
import { createObjects, type ObjectCache, type Objects } from './objects.ts'
import type { RepositoryAccess } from './repository-access.ts'
import type { Repository } from './source.ts'
import type { Location } from './url.ts'

type Remote = Extract<Location, { kind: 'remote' }>

/** How a fetch went: for metrics and logs. */
export interface FetchInfo {
  /** Without password. */
  readonly url: string
  readonly ms: number
  readonly outcome: 'changed' | 'unchanged' | 'failed'
  readonly error?: unknown
}

export interface Mirror extends Repository, AsyncDisposable {
  /** Something was pushed: who fetches from now on must not be given a fetch that began before. */
  invalidate(): void
  /** The same repository under another spelling or with a new password. */
  use(remote: Remote): void
  /** Calls back after each failed fetch. Returns the function that stops it. */
  onFailure(listener: () => void): () => void
  readonly fetches: { readonly count: number; readonly failuresInARow: number }
}

export interface MirrorOptions {
  readonly path: string
  readonly clock: Clock
  readonly cache: ObjectCache
  readonly onFetch: (info: FetchInfo) => void
  /** What Secrets say about the repository, now. A password in its URL wins. */
  readonly access: (url: string, signal: AbortSignal) => Promise<RepositoryAccess | undefined>
}

/** A first fetch of a big repository takes minutes. */
const fetchTimeoutMs = 15 * 60_000
/** The default branch is asked for anew after this time; it hardly ever changes. */
const headAgeMs = 10 * 60_000
/** A commit nobody has is not asked for again within this time. */
const absentMs = 60_000
const broken =
  /not a git repository|bad object|object file .* is empty|loose object .* is corrupt|unable to read|did not send all necessary objects/i

export function openMirror(first: Remote, options: MirrorOptions): Mirror {
  const { path, clock, cache } = options
  let remote = first
  let ready: Promise<void> | undefined
  let open: { readonly reader: ObjectReader; readonly objects: Objects } | undefined
  let count = 0
  let failuresInARow = 0
  let epoch = 0
  let headSeenAt = Number.NEGATIVE_INFINITY
  const flights = createSingleFlight<string, void>()
  const lone = createSingleFlight<string, boolean>()
  const absent = new Map<string, number>()
  const failureListeners = new Set<() => void>()
  const closing = new AbortController()
  /** Fetches of different epochs queue up: two at once would fight over ref locks. */
  let last: Promise<void> = Promise.resolve()

  function prepare(): Promise<void> {
    ready ??= ensureMirror(path, closing.signal).catch((failure: unknown) => {
      ready = undefined
      throw repositoryError('keep a mirror of', remote.display, failure)
    })
    return ready
  }

  async function objects(): Promise<Objects> {
    if (open !== undefined) return open.objects
    await prepare()
    if (open === undefined) {
      closing.signal.throwIfAborted()
      const reader = createObjectReader(path, { clock })
      open = { reader, objects: createObjects(reader, cache, remote.display) }
    }
    return open.objects
  }

  function credentials(): Credentials | undefined {
    const { password, url, username } = remote
    return password === undefined ? undefined : { url, username, password }
  }

  async function network(args: readonly string[], signal: AbortSignal) {
    const own = AbortSignal.any([signal, closing.signal])
    const common = { gitDir: path, signal: own, timeoutMs: fetchTimeoutMs, clock }
    const fromUrl = credentials()
    const access = fromUrl === undefined ? await options.access(remote.url, own) : undefined
    if (access === undefined) return await runGit(args, { ...common, credentials: fromUrl })
    await using prepared = await gitAccess(remote.url, access)
    return await runGit(args, {
      ...common,
      credentials: prepared.credentials,
      config: prepared.config,
      environment: prepared.environment,
    })
  }

  async function fetchRefs(signal: AbortSignal): Promise<boolean> {
    const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
    const args = ['fetch', '--prune', '--no-tags', '--no-progress', '--', remote.url, ...refspecs]
    try {
      return movedRefs((await network(args, signal)).stderr)
    } catch (failure) {
      if (
        !(failure instanceof GitFailure) ||
        failure.kind !== 'failed' ||
        !broken.test(failure.stderr) ||
        !(await isBroken())
      )
        throw failure
      await rebuildMirror(path, signal)
      return movedRefs((await network(args, signal)).stderr)
    }
  }

  async function isBroken(): Promise<boolean> {
    try {
      await runGit(['rev-list', '--objects', '--all', '--quiet'], {
        gitDir: path,
        signal: closing.signal,
        timeoutMs: fetchTimeoutMs,
      })
      return false
    } catch (failure) {
      return failure instanceof GitFailure && failure.kind === 'failed'
    }
  }

  /** `ls-remote --symref` names the branch behind HEAD; a server with a detached HEAD names none. */
  async function fetchHead(signal: AbortSignal): Promise<void> {
    const { stdout } = await network(['ls-remote', '--symref', '--', remote.url, 'HEAD'], signal)
    headSeenAt = clock.now()
    const ref = /^ref: (\S+)\tHEAD$/m.exec(stdout.toString('utf8'))?.[1]
    if (ref !== undefined && ref !== readHeadRef(path)) await pointHead(path, ref)
  }

  async function isHeadStale(): Promise<boolean> {
    if (clock.now() - headSeenAt > headAgeMs) return true
    return (await (await objects()).peel('HEAD')) === undefined
  }

  async function fetchOnce(signal: AbortSignal): Promise<void> {
    const startedAt = clock.now()
    const report = (outcome: FetchInfo['outcome'], error?: unknown) =>
      options.onFetch({
        url: remote.display,
        ms: clock.now() - startedAt,
        outcome,
        ...(error === undefined ? {} : { error }),
      })
    count++
    try {
      await prepare()
      const isOld = clock.now() - headSeenAt > headAgeMs
      const [changed] = await Promise.all([fetchRefs(signal), isOld ? fetchHead(signal) : undefined])
      if (!isOld && changed && (await isHeadStale())) await fetchHead(signal)
      if (changed) absent.clear()
      failuresInARow = 0
      report(changed ? 'changed' : 'unchanged')
    } catch (failure) {
      if (signal.aborted) throw failure
      failuresInARow++
      const error = repositoryError('fetch', remote.display, failure)
      report('failed', error)
      for (const listener of failureListeners) listener()
      throw error
    }
  }

  function fetch(signal?: AbortSignal): Promise<void> {
    if (closing.signal.aborted) return Promise.reject(closing.signal.reason)
    const run = (own: AbortSignal) => {
      const before = last
      const mine = before
        .catch(() => {})
        .then(() => {
          own.throwIfAborted()
          return fetchOnce(own)
        })
      last = mine
      return mine
    }
    return flights.run(String(epoch), run, signal)
  }

  async function obtain(commit: string, signal?: AbortSignal): Promise<boolean> {
    const missingSince = absent.get(commit)
    if (missingSince !== undefined && clock.now() - missingSince < absentMs) return false
    const get = async (own: AbortSignal) => {
      await prepare()
      try {
        // A ref of its own, so that git's garbage collection keeps it.
        await network(
          ['fetch', '--no-tags', '--no-progress', '--', remote.url, `+${commit}:refs/halcyon/commits/${commit}`],
          own,
        )
        return true
      } catch (failure) {
        if (own.aborted || !(failure instanceof GitFailure)) throw failure
        const error = repositoryError('fetch', remote.display, failure)
        // Only "there is no such object" is an answer about the commit.
        if (!/not our ref|couldn't find remote ref|no such remote ref|unadvertised object/i.test(failure.stderr))
          throw error
        absent.set(commit, clock.now())
        return false
      }
    }
    return lone.run(commit, get, signal)
  }

  const readings = gitReadings({
    get display() {
      return remote.display
    },
    gitDir: async () => {
      await prepare()
      return path
    },
    objects,
    headRef: async () => {
      await prepare()
      return readHeadRef(path)
    },
    obtain,
  })

  return {
    ...readings,
    get url() {
      return remote.display
    },
    fetch,
    invalidate() {
      epoch++
    },
    use(next) {
      remote = next
    },
    onFailure(listener) {
      failureListeners.add(listener)
      return () => failureListeners.delete(listener)
    },
    get fetches() {
      return { count, failuresInARow }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(
        new HalcyonError('RepositoryUnavailable', `Cannot fetch ${remote.display}: the process is stopping`),
      )
      await last.catch((error: unknown) => messageOf(error))
      await open?.reader[Symbol.asyncDispose]()
    },
  }
}

/** git lists what it updated, one `->` line each, and nothing when nothing moved. */
function movedRefs(stderr: string): boolean {
  return / -> /.test(stderr)
}
