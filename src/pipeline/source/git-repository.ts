/** What a mirror and a local repository have in common: everything that is answered from an object store. Effect: reads Git. */
import { HalcyonError } from '../../api/errors.ts'
import { createSingleFlight } from '../../runtime/single-flight.ts'
import { diffTrees } from './changed-paths.ts'
import { runGit } from './git.ts'
import { repositoryError } from './git-errors.ts'
import type { Objects } from './objects.ts'
import { highestTag, isFullSha, isSha, isVersionRange, refCandidates } from './revision.ts'
import type { ChangedPath, Commit, Repository, ResolvedRevision } from './source.ts'
import { storedTree } from './stored-tree.ts'

export interface GitRepositoryOptions {
  readonly display: string
  /** For git's own commands and messages. */
  readonly gitDir: () => Promise<string>
  readonly objects: () => Promise<Objects>
  /** The ref HEAD names; undefined when it is detached. */
  readonly headRef: () => Promise<string | undefined>
  /** Tries to bring a commit that no branch or tag reaches. True when it may be there now. */
  readonly obtain?: (commit: string, signal?: AbortSignal) => Promise<boolean>
}

export type Readings = Omit<Repository, 'url' | 'fetch'>

export function gitReadings(options: GitRepositoryOptions): Readings {
  const { display } = options
  const tagLists = createSingleFlight<string, readonly string[]>()

  async function peel(name: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    return (await options.objects()).peel(name, signal)
  }

  async function resolveHead(signal: AbortSignal | undefined): Promise<ResolvedRevision> {
    const [commit, ref] = await Promise.all([peel('HEAD', signal), options.headRef()])
    if (commit !== undefined) return { commit, ref: ref?.replace(/^refs\/heads\//, '') }
    const detail =
      ref === undefined ? 'it has no commits' : `its default branch ${ref.replace(/^refs\/heads\//, '')} has no commits`
    throw new HalcyonError('RevisionNotFound', `Cannot resolve HEAD of ${display}: ${detail}`)
  }

  /** Names of all tags, read when somebody asks for a version range; asked at the same time, they are read once. */
  function tags(signal: AbortSignal | undefined): Promise<readonly string[]> {
    const list = async (own: AbortSignal) => {
      try {
        const gitDir = await options.gitDir()
        const { stdout } = await runGit(['for-each-ref', '--format=%(refname)', 'refs/tags/'], { gitDir, signal: own })
        return stdout
          .toString('utf8')
          .split('\n')
          .filter(Boolean)
          .map((ref) => ref.slice('refs/tags/'.length))
      } catch (failure) {
        throw repositoryError('list the tags of', display, failure)
      }
    }
    return tagLists.run('tags', list, signal)
  }

  async function resolveRange(range: string, signal: AbortSignal | undefined): Promise<ResolvedRevision | undefined> {
    const tag = highestTag(range, await tags(signal))
    if (tag === undefined) return undefined
    const commit = await peel(`refs/tags/${tag}`, signal)
    return commit === undefined ? undefined : { commit, ref: tag }
  }

  async function resolveSha(sha: string, signal: AbortSignal | undefined): Promise<ResolvedRevision | undefined> {
    const commit = await peel(sha, signal)
    if (commit !== undefined) return { commit, ref: undefined }
    if (!isFullSha(sha) || !(await options.obtain?.(sha, signal))) return undefined
    const obtained = await peel(sha, signal)
    return obtained === undefined ? undefined : { commit: obtained, ref: undefined }
  }

  async function resolve(revision: string, signal?: AbortSignal): Promise<ResolvedRevision> {
    const wanted = revision.trim()
    if (wanted === '' || wanted === 'HEAD') return resolveHead(signal)
    const sha = wanted.toLowerCase()
    if (isFullSha(wanted)) {
      const found = await resolveSha(sha, signal)
      if (found !== undefined) return found
    }
    const candidates = refCandidates(wanted)
    const peeled = await Promise.all(candidates.map((ref) => peel(ref, signal)))
    const index = peeled.findIndex((commit) => commit !== undefined)
    if (index >= 0) return { commit: peeled[index]!, ref: candidates[index]!.replace(/^refs\/(?:heads|tags)\//, '') }
    if (isSha(wanted) && !isFullSha(wanted)) {
      const found = await resolveSha(sha, signal)
      if (found !== undefined) return found
    }
    if (isVersionRange(wanted)) {
      const found = await resolveRange(wanted, signal)
      if (found !== undefined) return found
      throw new HalcyonError(
        'RevisionNotFound',
        `Cannot resolve ${wanted} in ${display}: no tag is a version in that range`,
      )
    }
    throw new HalcyonError(
      'RevisionNotFound',
      `Cannot resolve ${wanted} in ${display}: no branch, tag or commit has that name`,
    )
  }

  async function rootOf(commit: string, signal: AbortSignal | undefined): Promise<string> {
    return (await (await options.objects()).commit(commit, signal)).tree
  }

  async function commitOf(sha: string, signal?: AbortSignal): Promise<Commit> {
    const { tree: _, ...shown } = await (await options.objects()).commit(sha, signal)
    return shown
  }

  return {
    resolve,
    tree(commit) {
      let objects: Objects | undefined
      const store = async () => (objects ??= await options.objects())
      return storedTree(
        commit,
        {
          directory: async (oid, signal) => (await store()).directory(oid, signal),
          link: async (oid, signal) => (await store()).link(oid, signal),
          content: async (oid, path, signal) => (await store()).content(oid, path, signal),
        },
        (signal) => rootOf(commit, signal),
      )
    },
    commit: commitOf,
    async changedPaths(from, to, signal): Promise<readonly ChangedPath[]> {
      if (from === to) return []
      const objects = await options.objects()
      const [old, young] = await Promise.all([rootOf(from, signal), rootOf(to, signal)])
      return diffTrees(objects.directory, old, young, signal)
    },
    async lastChange(until, paths, signal): Promise<Commit | undefined> {
      if (!isFullSha(until)) return undefined
      const wanted = paths.includes('') ? [] : paths.filter((path) => !/[\n\0]/.test(path))
      if (wanted.length === 0 && paths.length > 0 && !paths.includes('')) return undefined
      try {
        const gitDir = await options.gitDir()
        const input = [until, '--', ...wanted, ''].join('\n')
        const { stdout } = await runGit(['rev-list', '-1', '--stdin'], { gitDir, signal, input })
        const sha = stdout.toString('latin1').trim()
        return sha === '' ? undefined : await commitOf(sha, signal)
      } catch (failure) {
        throw repositoryError('read the history of', display, failure)
      }
    },
  }
}
