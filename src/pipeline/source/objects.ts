/** Objects of one repository by id, remembered up to a number of bytes: trees parsed, small blobs as they are. */
import { HalcyonError } from '../../api/errors.ts'
import { createLru, type Lru } from '../../runtime/lru.ts'
import type { GitObject, ObjectReader } from './cat-file.ts'
import { type CommitObject, parseCommit } from './commit-object.ts'
import { repositoryError } from './git-errors.ts'
import type { ContentStore } from './stored-tree.ts'
import { parseTree } from './tree-object.ts'
import type { Directory } from './walk.ts'

export interface Objects extends ContentStore {
  directory(oid: string, signal?: AbortSignal): Promise<Directory & { readonly raw: Buffer }>
  commit(oid: string, signal?: AbortSignal): Promise<CommitObject>
  /** The commit a name leads to, or undefined. */
  peel(name: string, signal?: AbortSignal): Promise<string | undefined>
}

type Cached =
  | { readonly kind: 'tree'; readonly tree: Directory & { readonly raw: Buffer } }
  | { readonly kind: 'blob'; readonly bytes: Buffer }

/** Shared by all repositories of a process: an id names a content, wherever it is stored. */
export type ObjectCache = Lru<string, Cached>

export const cacheBytes = 16 * 1024 * 1024
/** A bigger blob is read again when needed; it would push out hundreds of small ones. */
const cachedBlobBytes = 256 * 1024

export function createObjectCache(maxBytes = cacheBytes): ObjectCache {
  return createLru({
    maxWeight: maxBytes,
    // A tree's entries become objects of about five times its bytes once it is listed.
    weigh: (cached) => (cached.kind === 'tree' ? 200 + cached.tree.raw.length * 6 : 200 + cached.bytes.length),
  })
}

/** `display` names the repository in messages. */
export function createObjects(reader: ObjectReader, cache: ObjectCache, display: string): Objects {
  const flights = new Map<string, Promise<Cached>>()

  async function load(oid: string, type: 'tree' | 'blob'): Promise<Cached> {
    const object = await ask(oid)
    if (object === undefined || object.type !== type) {
      throw new HalcyonError(
        'RepositoryUnavailable',
        `Cannot read ${display}: ${type} ${oid} is missing from its object store`,
      )
    }
    const cached: Cached =
      type === 'tree'
        ? { kind: 'tree', tree: parseTree(object.bytes, oid.length / 2) }
        : { kind: 'blob', bytes: object.bytes }
    if (type === 'tree' || object.bytes.length <= cachedBlobBytes) cache.set(oid, cached)
    return cached
  }

  function get(oid: string, type: 'tree' | 'blob', signal: AbortSignal | undefined): Cached | Promise<Cached> {
    signal?.throwIfAborted()
    const cached = cache.get(oid)
    if (cached?.kind === type) return cached
    let flight = flights.get(oid)
    if (flight === undefined) {
      const land = () => flights.delete(oid)
      flight = load(oid, type)
      flights.set(oid, flight)
      flight.then(land, land)
    }
    return flight
  }

  async function ask(name: string, signal?: AbortSignal): Promise<GitObject | undefined> {
    try {
      return await reader.read(name, signal)
    } catch (failure) {
      throw repositoryError('read', display, failure)
    }
  }

  async function blob(oid: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const cached = await get(oid, 'blob', signal)
    if (cached.kind !== 'blob')
      throw new HalcyonError('RepositoryUnavailable', `Cannot read ${display}: ${oid} is no blob`)
    return cached.bytes
  }

  return {
    async directory(oid, signal) {
      const cached = await get(oid, 'tree', signal)
      if (cached.kind !== 'tree')
        throw new HalcyonError('RepositoryUnavailable', `Cannot read ${display}: ${oid} is no tree`)
      return cached.tree
    },
    content: (oid, _path, signal) => blob(oid, signal),
    link: async (oid, signal) => (await blob(oid, signal)).toString('utf8'),
    async commit(oid, signal) {
      const object = await ask(oid, signal)
      if (object?.type !== 'commit')
        throw new HalcyonError('RevisionNotFound', `Cannot read commit ${oid}: ${display} does not have it`)
      return parseCommit(object.oid, object.bytes)
    },
    peel: async (name, signal) => (await ask(`${name}^{commit}`, signal))?.oid,
  }
}
