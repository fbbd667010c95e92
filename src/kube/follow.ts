/** Keeps up with one kind of object: LIST, then WATCH, for ever. Effect: reads the cluster. */
import type { Clock } from '../runtime/clock.ts'
import type { ApiResource, KubeClient, ListOptions } from './client.ts'
import { ApiError, ConnectionError, isExpired } from './errors.ts'
import { type KubeObject, refKey, refOf } from './object.ts'
import { backOff } from './retry.ts'
import type { WatchOptions } from './watch.ts'

export interface FollowOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly pageSize?: number
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Cuts an object down before the handler sees it. */
  readonly transform?: (object: KubeObject) => KubeObject
  /** What to do when the very first LIST fails: `throw` (the default) tells the caller, `retry` goes on as later failures do. */
  readonly firstFailure?: 'throw' | 'retry'
}

export type FollowState = 'listing' | 'watching' | 'disconnected'

/** Calls come one at a time and in order. An object may be reported again unchanged, and after a re-list older than it was. */
export interface FollowHandler {
  /** New or changed, from a LIST page or a watch event. */
  onObject(object: KubeObject): void
  /**
   * A LIST is complete. `seen` holds the refKey of everything in it: what the receiver knows besides is gone, unless it learned of it
   * after `resourceVersion`.
   */
  onSynced(seen: ReadonlySet<string>, resourceVersion: string): void
  onDeleted(object: KubeObject): void
  /** `error` says why it is disconnected. Repeated failures repeat the call. */
  onState?(state: FollowState, error?: unknown): void
}

const delays = { firstDelayMs: 500, maxDelayMs: 30_000 }

/** A watch that ends sooner, without an event, did not work: a server that closes every watch at once is not asked in a tight loop. */
const healthyWatchMs = 1_000

/** A version that the server cannot serve is not always reported as 410 (after a restore from a backup it lies in the future). */
const refusalsUntilList = 5

/**
 * Follows until the signal is aborted, then resolves. A watch resumes from the last version (bookmarks included) after any
 * interruption; a version that is too old (410) leads to a new LIST. Failures are waited out with growing, random delays.
 * Rejects with the first LIST's error (see firstFailure), and with what is neither ApiError nor ConnectionError, such as an error
 * of the handler.
 */
export async function follow(
  client: KubeClient,
  resource: ApiResource,
  options: FollowOptions,
  handler: FollowHandler,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = options
  const cut = options.transform ?? ((object: KubeObject) => object)
  const selection = selectionOf(options)
  let pageSize = options.pageSize
  /** '' = a LIST is needed. */
  let version = ''
  let everSynced = false
  let failures = 0
  let refusals = 0

  async function list(): Promise<void> {
    handler.onState?.('listing')
    const seen = new Set<string>()
    let listed = ''
    const paging = pageSize === undefined ? selection : { ...selection, pageSize }
    for await (const page of client.list(resource, paging, signal)) {
      for (const object of page.items) {
        seen.add(refKey(refOf(object)))
        handler.onObject(cut(object))
      }
      listed = page.resourceVersion
    }
    handler.onSynced(seen, listed)
    handler.onState?.('watching')
    version = listed
    pageSize = options.pageSize
    everSynced = true
  }

  /** True when it worked for a while; throws what ends it early. */
  async function watch(): Promise<boolean> {
    const started = clock.now()
    let worked = false
    let silent = failures === 0
    const onOpen = () => {
      if (!silent) handler.onState?.('watching')
      silent = true
    }
    const watching: WatchOptions = { ...selection, resourceVersion: version, onOpen }
    for await (const event of client.watch(resource, watching, signal)) {
      onOpen()
      worked = true
      failures = 0
      refusals = 0
      version = event.object.metadata.resourceVersion ?? version
      if (event.type === 'DELETED') handler.onDeleted(cut(event.object))
      else if (event.type !== 'BOOKMARK') handler.onObject(cut(event.object))
    }
    return worked || clock.now() - started >= healthyWatchMs
  }

  /** Decides how to go on after an error: with another page size, a new LIST, or the same watch. */
  function adjust(error: unknown): void {
    if (isExpired(error)) {
      // An expired page token is escaped by asking for everything at once, an expired version by a new list.
      if (version === '') pageSize = 0
      version = ''
    } else if (error instanceof ApiError && version === '') {
      if (error.reason === 'ResponseTooLarge') pageSize = Math.max(1, Math.floor((pageSize || 500) / 2))
    } else if (error instanceof ApiError) {
      refusals++
      if (!error.shouldRetry() || refusals >= refusalsUntilList) version = ''
    }
  }

  while (!signal.aborted) {
    try {
      if (version === '') await list()
      else if (await watch()) failures = 0
      else failures++
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error
      adjust(error)
      const recoverable = isExpired(error) || (error instanceof ApiError && error.reason === 'ResponseTooLarge')
      if (!everSynced && !recoverable && options.firstFailure !== 'retry') throw error
      failures++
      // Listing again because a version got too old is routine, the first time.
      if (recoverable && failures === 1) continue
      handler.onState?.('disconnected', error)
    }
    if (failures > 0 && !(await rested(backOff(failures, delays, random)))) return
  }

  async function rested(ms: number): Promise<boolean> {
    await clock.sleep(ms, signal).catch(() => undefined)
    return !signal.aborted
  }
}

function selectionOf({ namespace, labelSelector, fieldSelector }: FollowOptions): ListOptions {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}
