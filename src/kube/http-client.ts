/** KubeClient over HTTP: which request each call is. Effect: the network. */
import type { Clock } from '../runtime/clock.ts'
import type { ApiResource, Discovery, KubeClient, ListOptions, ListPage, WatchEvent } from './client.ts'
import type { Connection } from './connection.ts'
import type { Snapshot } from './discovery.ts'
import { ConnectionError } from './errors.ts'
import { isRecord } from './fields.ts'
import { parseJson, stringifyJson } from './json.ts'
import { apiVersionOf, type KubeObject } from './object.ts'
import { collectionPath, objectPath, queryText } from './paths.ts'
import { readDiscovery } from './read-discovery.ts'
import { createRequester, type RequesterOptions, type RequestInfo } from './requester.ts'
import { defaultRetry, type RetryPolicy } from './retry.ts'
import type { Method } from './transport.ts'
import { parseWarnings } from './warnings.ts'
import { readEvents, type WatchOptions } from './watch.ts'

export type { RequestInfo } from './requester.ts'

export interface KubeClientOptions {
  /** How people know the cluster. Default: the connection's name. */
  readonly name?: string
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Requests in flight at most; watches do not count. */
  readonly concurrency?: number
  readonly userAgent?: string
  /** Called after every try. */
  readonly onRequest?: (info: RequestInfo) => void
  readonly retry?: Partial<RetryPolicy>
  /** Milliseconds until an answer begins, and between two pieces of it. Default: a minute, the API server's own limit, and a little. */
  readonly requestTimeoutMs?: number
  readonly connectTimeoutMs?: number
  /** Bytes of one answer at most. Default: 256 MiB. */
  readonly maxResponseBytes?: number
  /** Shortest life of one watch; the longest is twice that. Default: 300. */
  readonly watchSeconds?: number
}

const defaults = {
  concurrency: 32,
  userAgent: 'halcyon',
  requestTimeoutMs: 65_000,
  connectTimeoutMs: 10_000,
  maxResponseBytes: 256 << 20,
  watchSeconds: 300,
}

/** A watch that outlives the time it asked for by this much is dead: the server, or the connection, does not know it any more. */
const watchGraceMs = 30_000

const defaultPageSize = 500

/**
 * A client of one API server. Nothing is sent before the first call. Close it with `await using` or Symbol.asyncDispose; calls under
 * way then reject with ConnectionError.
 */
export function createKubeClient(connection: Connection, options: KubeClientOptions): KubeClient {
  const { clock, random } = options
  const settings: RequesterOptions = {
    ...defaults,
    ...options,
    retry: { ...defaultRetry, ...options.retry },
  }
  const requester = createRequester(connection, settings)
  const watchSeconds = options.watchSeconds ?? defaults.watchSeconds
  const lifetime = new AbortController()
  let snapshot: Snapshot | undefined
  let reading: Promise<Snapshot> | undefined

  async function getJson(path: string, accept?: string): Promise<unknown> {
    const request = { verb: 'discovery', resource: '', method: 'GET' as const, path }
    const answer = await requester.send(accept === undefined ? request : { ...request, accept }, lifetime.signal)
    return parseAnswer(answer.text)
  }

  function parseAnswer(text: string): Record<string, unknown> {
    let value: unknown
    try {
      value = parseJson(text)
    } catch (error) {
      throw new ConnectionError(`the API server ${requester.server} answered something that is not JSON`, {
        cause: error,
      })
    }
    if (!isRecord(value))
      throw new ConnectionError(`the API server ${requester.server} answered something that is not an object`)
    return value
  }

  /** Shared by its callers, so no single caller's signal ends it. */
  function rediscover(): Promise<Snapshot> {
    reading ??= readDiscovery(getJson, snapshot)
      .then((fresh) => {
        snapshot = fresh
        return fresh
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  async function objectRequest(
    verb: string,
    method: Method,
    resource: ApiResource,
    path: string,
    body: unknown,
    more: { contentType?: string; dryRun?: boolean; idempotent?: boolean },
    signal: AbortSignal | undefined,
  ) {
    return requester.send(
      {
        verb,
        resource: resource.plural,
        method,
        path,
        ...(body === undefined ? {} : { body: Buffer.from(stringifyJson(body)), contentType: 'application/json' }),
        hide: resource.kind === 'Secret' && resource.group === '',
        ...more,
      },
      signal,
    )
  }

  return {
    name: options.name ?? connection.name,
    server: requester.server,
    counters: requester.counters,

    async discovery(signal): Promise<Discovery> {
      return snapshot ?? unlessAborted(rediscover(), signal)
    },

    async rediscover(signal): Promise<Discovery> {
      return unlessAborted(rediscover(), signal)
    },

    async get(resource, namespace, name, signal) {
      const path = objectPath(resource, namespace, name)
      const answer = await objectRequest('get', 'GET', resource, path, undefined, {}, signal)
      return parseAnswer(answer.text) as KubeObject
    },

    async *list(resource, listOptions = {}, signal): AsyncGenerator<ListPage> {
      const path = collectionPath(resource, listOptions.namespace ?? '')
      const apiVersion = apiVersionOf(resource.group, resource.version)
      let next = ''
      do {
        const query = queryText({
          ...selectors(listOptions),
          limit: (listOptions.pageSize ?? defaultPageSize) || undefined,
          continue: next,
        })
        const answer = await objectRequest('list', 'GET', resource, path + query, undefined, {}, signal)
        const page = parseAnswer(answer.text) as unknown as RawList
        const items = page.items ?? []
        for (const item of items) {
          // Items of a list leave out what the list says once.
          item.apiVersion ??= apiVersion
          item.kind ??= resource.kind
        }
        next = page.metadata?.continue ?? ''
        yield { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
      } while (next !== '')
    },

    async *watch(resource, watchOptions: WatchOptions, signal): AsyncGenerator<WatchEvent> {
      const seconds = Math.round(watchSeconds * (1 + random()))
      const query = queryText({
        watch: true,
        ...selectors(watchOptions),
        resourceVersion: watchOptions.resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds: seconds,
      })
      const path = collectionPath(resource, watchOptions.namespace ?? '') + query
      const stream = await requester.stream({ verb: 'watch', resource: resource.plural, method: 'GET', path }, signal)
      watchOptions.onOpen?.()
      const dead = new ConnectionError(`the API server ${requester.server} neither continues nor ends a watch`)
      const stopTimer = clock.after(seconds * 1_000 + watchGraceMs, () => stream.cancel(dead))
      try {
        yield* readEvents(requester.server, stream.chunks)
      } finally {
        stopTimer()
      }
    },

    async apply(resource, object, applyOptions, signal) {
      const { fieldManager, force, dryRun, fieldValidation } = applyOptions
      const query = queryText({ fieldManager, force, dryRun: dryRun === true ? 'All' : undefined, fieldValidation })
      const path = pathOf(resource, object) + query
      const more = { contentType: 'application/apply-patch+yaml', dryRun: dryRun === true }
      const answer = await objectRequest('apply', 'PATCH', resource, path, object, more, signal)
      // Whoever only asked whether the server would take it does not look at the object.
      let parsed = dryRun === true ? undefined : (parseAnswer(answer.text) as KubeObject)
      return {
        get object() {
          parsed ??= parseAnswer(answer.text) as KubeObject
          return parsed
        },
        created: answer.status === 201,
        warnings: parseWarnings(answer.headers['warning']),
      }
    },

    async create(resource, object, createOptions = {}, signal) {
      const path =
        collectionPath(resource, object.metadata.namespace ?? '', object.apiVersion) + writeQuery(createOptions)
      const more = { dryRun: createOptions.dryRun === true, idempotent: false }
      const answer = await objectRequest('create', 'POST', resource, path, object, more, signal)
      return parseAnswer(answer.text) as KubeObject
    },

    async replace(resource, object, replaceOptions = {}, signal) {
      const path = pathOf(resource, object) + writeQuery(replaceOptions)
      // A second PUT after a lost answer would conflict with the first one's success.
      const more = { dryRun: replaceOptions.dryRun === true, idempotent: false }
      const answer = await objectRequest('update', 'PUT', resource, path, object, more, signal)
      return parseAnswer(answer.text) as KubeObject
    },

    async patch(resource, ref, body, patchOptions = {}, signal) {
      const path = objectPath(resource, ref.namespace, ref.name) + writeQuery(patchOptions)
      const more = { contentType: 'application/merge-patch+json' }
      const answer = await objectRequest('patch', 'PATCH', resource, path, body, more, signal)
      return parseAnswer(answer.text) as KubeObject
    },

    async delete(resource, ref, deleteOptions = {}, signal) {
      const { propagationPolicy, gracePeriodSeconds, uid, dryRun } = deleteOptions
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy,
        gracePeriodSeconds,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      }
      const path = objectPath(resource, ref.namespace, ref.name)
      await objectRequest('delete', 'DELETE', resource, path, body, { dryRun: dryRun === true }, signal)
    },

    async podLog(namespace, pod, logOptions = {}, signal) {
      const { container, tailLines, previous } = logOptions
      const query = queryText({ container, tailLines, previous, limitBytes: logLimitBytes })
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log${query}`
      const request = { verb: 'log', resource: 'pods', method: 'GET' as const, path, accept: '*/*' }
      const answer = await requester.send(request, signal)
      return answer.text
    },

    async [Symbol.asyncDispose]() {
      lifetime.abort(new ConnectionError(`the client of the API server ${requester.server} is closed`))
      await requester[Symbol.asyncDispose]()
    },
  }
}

const logLimitBytes = 1 << 20

interface RawList {
  items?: KubeObject[] | null
  metadata?: { resourceVersion?: string; continue?: string }
}

function selectors({ labelSelector, fieldSelector }: ListOptions) {
  return { labelSelector, fieldSelector }
}

function writeQuery({ dryRun, fieldManager }: { dryRun?: boolean; fieldManager?: string }): string {
  return queryText({ fieldManager, dryRun: dryRun === true ? 'All' : undefined })
}

function pathOf(resource: ApiResource, object: KubeObject): string {
  return objectPath(resource, object.metadata.namespace ?? '', object.metadata.name ?? '', object.apiVersion)
}

/** The promise goes on for its other users; only this caller stops waiting. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
