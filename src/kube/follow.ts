/** Keeps up with one kind of object: LIST, then WATCH, for ever. Effect: reads the cluster. */
import type { Clock } from '../runtime/clock.ts'
import type { ApiResource, KubeClient, ListOptions, WatchEvent } from './client.ts'
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
  /** Undefined = a LIST is needed. */
  let version: string | undefined
  let everSynced = false
  let failures = 0
  let refusals = 0
  let state: FollowState | undefined

  function enter(next: FollowState, error?: unknown): void {
    if (next === state && error === undefined) return
    state = next
    handler.onState?.(next, error)
  }

  async function list(): Promise<void> {
    enter('listing')
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
    // The server answers; waiting for the first event of the watch could take minutes.
    enter('watching')
    version = listed
    pageSize = options.pageSize
    everSynced = true
  }

  function take(event: WatchEvent): void {
    if (event.type === 'BOOKMARK' && isBehind(event.object.metadata.resourceVersion, version)) {
      throw new ApiError(410, 'Expired', `the versions of ${client.server} went backwards`)
    }
    version = event.object.metadata.resourceVersion ?? version
    if (event.type === 'DELETED') handler.onDeleted(cut(event.object))
    else if (event.type !== 'BOOKMARK') handler.onObject(cut(event.object))
  }

  /** True when it ended in peace after it had worked; throws what ends it early. */
  async function watch(resourceVersion: string): Promise<boolean> {
    const started = clock.now()
    let opened: number | undefined
    const onOpen = () => {
      opened ??= clock.now()
      enter('watching')
    }
    let worked = false
    try {
      const watching: WatchOptions = { ...selection, resourceVersion, onOpen }
      for await (const event of client.watch(resource, watching, signal)) {
        worked = true
        onOpen()
        take(event)
      }
      return worked || clock.now() - started >= healthyWatchMs
    } finally {
      if (worked || (opened !== undefined && clock.now() - opened >= healthyWatchMs)) {
        failures = 0
        refusals = 0
      }
    }
  }

  /** Decides how to go on after an error: with another page size, a new LIST, or the same watch. */
  function adjust(error: unknown): void {
    if (isExpired(error)) {
      // An expired page token is escaped by asking for everything at once, an expired version by a new list.
      if (version === undefined) pageSize = 0
      version = undefined
    } else if (isTooLarge(error)) {
      pageSize = Math.max(1, Math.floor((pageSize || 500) / 2))
    } else if (version !== undefined && error instanceof ApiError) {
      refusals++
      if (!error.shouldRetry() || refusals >= refusalsUntilList) version = undefined
    }
  }

  /** True when the next step may follow at once. */
  async function step(): Promise<boolean> {
    if (version === undefined) {
      // A list that works does not clear the failures: list and 410 in turns must slow down too.
      await list()
      return true
    }
    const worked = await watch(version)
    failures = worked ? 0 : failures + 1
    return worked
  }

  /** True when the next step may follow at once. Throws what the caller must hear. */
  function failed(error: unknown): boolean {
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error
    const routine = isExpired(error) || (isTooLarge(error) && pageSize !== 1)
    if (!everSynced && !routine && options.firstFailure !== 'retry') throw error
    adjust(error)
    failures++
    // That a version gets too old between two watches is routine, the first time.
    if (routine && failures === 1) return true
    enter('disconnected', error)
    return false
  }

  while (!signal.aborted) {
    let atOnce: boolean
    try {
      atOnce = await step()
    } catch (error) {
      if (signal.aborted) return
      atOnce = failed(error)
    }
    if (!atOnce) await clock.sleep(backOff(failures, delays, random), signal).catch(() => undefined)
  }
}

/**
 * Versions go backwards when a server is restored from a backup. It accepts a watch from the future without a word and stays silent
 * until it has caught up; only its bookmarks give it away.
 */
function isBehind(version: string | undefined, known: string | undefined): boolean {
  if (version === undefined || known === undefined || !/^\d+$/.test(version) || !/^\d+$/.test(known)) return false
  return BigInt(version) < BigInt(known)
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'ResponseTooLarge'
}

function selectionOf({ namespace, labelSelector, fieldSelector }: FollowOptions): ListOptions {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}
