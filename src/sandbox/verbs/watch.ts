/** GET with watch: a stream of changes, from a version on or from now. Effects: writes to the sink until it closes. */
import { type ClusterState, jsonAs, objectAs } from '../cluster-state.ts'
import { flag, wholeNumber } from '../options.ts'
import { versionOf } from '../past.ts'
import { type ApiRequest, matcherOfRequest } from '../request.ts'
import { groupVersion } from '../resources.ts'
import { EVERYTHING, type Matcher } from '../selectors.ts'
import { expired, StatusError } from '../status-error.ts'
import type { Change, Entry } from '../store.ts'
import { metadataOnly, type ToTable, tableOf, wantsMetadataOnly, wantsTable } from '../tables.ts'
import { selected } from './list.ts'

/** Where events go. */
export interface WatchSink {
  write(line: string): void
  end(): void
}

export interface Watch {
  close(): void
  /** Tells the watcher how far it has seen, when it asked for that. */
  bookmark(): void
}

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** Throws a 400 StatusError on bad selectors; a version that is too old is told in the stream, as the real server does. */
export function watch(state: ClusterState, request: ApiRequest, sink: WatchSink, toTable: ToTable): Watch {
  const { resource, query } = request
  const namespace = request.namespace
  const matcher = matcherOfRequest(request)
  const render = rendererOf(state, request, toTable)
  const wantsBookmarks = flag(query, 'allowWatchBookmarks')
  const from = query.get('resourceVersion') ?? ''
  const startsNow = from === '' || from === '0'
  // A version that is still to come is waited for: what led to it is known to somebody who has seen it.
  const version = startsNow ? state.store.version : versionOf(from, (detail) => new StatusError(500, '', detail))
  let closed = false

  function send(change: Change): void {
    const { entry } = change
    if (change.version <= version) return
    if (entry.storageKey !== resource.storageKey || (namespace !== '' && entry.namespace !== namespace)) return
    const type = eventType(change, matcher)
    if (type !== undefined) sink.write(render(type, entry))
  }

  function bookmark(initial: boolean): void {
    const metadata: Record<string, unknown> = { resourceVersion: String(state.store.version) }
    if (initial) metadata['annotations'] = { 'k8s.io/initial-events-end': 'true' }
    const object = { kind: resource.kind, apiVersion: groupVersion(resource), metadata }
    sink.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
  }

  const wantsInitial = query.has('sendInitialEvents') && flag(query, 'sendInitialEvents')
  const seconds = wholeNumber(query, 'timeoutSeconds') ?? 0
  if (wantsInitial || (startsNow && !query.has('sendInitialEvents'))) {
    for (const entry of selected(state, request)) sink.write(render('ADDED', entry))
    if (wantsInitial && wantsBookmarks) bookmark(true)
  } else if (!startsNow) {
    const missed = state.store.history.since(version)
    if (missed === undefined) {
      const { status } = expired(`too old resource version: ${from} (${state.store.history.oldest})`)
      sink.write(`${JSON.stringify({ type: 'ERROR', object: status })}\n`)
      sink.end()
      return { close: () => {}, bookmark: () => {} }
    }
    for (const change of missed) send(change)
  }
  const unsubscribe = state.store.subscribe(send)
  const cancelTimeout = seconds > 0 ? state.clock.after(seconds * 1000, () => sink.end()) : undefined

  return {
    bookmark() {
      if (wantsBookmarks && !closed) bookmark(false)
    },
    close() {
      if (closed) return
      closed = true
      unsubscribe()
      cancelTimeout?.()
    },
  }
}

/** An object that stops matching is deleted, for this watcher, and one that begins to is added. */
function eventType({ type, entry, previous }: Change, matcher: Matcher): EventType | undefined {
  if (matcher === EVERYTHING) return type
  const was = previous !== undefined && matcher(previous)
  if (type === 'DELETED') return was ? 'DELETED' : undefined
  const is = matcher(entry)
  if (is) return was ? 'MODIFIED' : 'ADDED'
  return was ? 'DELETED' : undefined
}

/** The last line made, for all watchers of the same change. */
let shared: { entry: Entry; type: EventType; version: string; line: string } | undefined

function rendererOf(
  state: ClusterState,
  request: ApiRequest,
  toTable: ToTable,
): (type: EventType, entry: Entry) => string {
  const { resource, accept } = request
  if (wantsTable(accept)) {
    const includeObject = request.query.get('includeObject')
    return (type, entry) => {
      const options = { now: state.clock.now(), includeObject, metadata: { resourceVersion: String(entry.version) } }
      return `${JSON.stringify({ type, object: tableOf(toTable, resource, [objectAs(resource, entry)], options) })}\n`
    }
  }
  if (wantsMetadataOnly(accept)) {
    return (type, entry) => `${JSON.stringify({ type, object: metadataOnly(entry.object()) })}\n`
  }
  const { version } = resource
  return (type, entry) => {
    if (shared?.entry !== entry || shared.type !== type || shared.version !== version) {
      shared = { entry, type, version, line: `{"type":"${type}","object":${jsonAs(resource, entry)}}\n` }
    }
    return shared.line
  }
}
