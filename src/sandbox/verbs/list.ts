/** GET of a collection: selectors, versions and pages. */
import type { ClusterState } from '../cluster-state.ts'
import { wholeNumber } from '../options.ts'
import { entriesAt, keyOf, wantedVersion } from '../past.ts'
import { type Answer, type ApiRequest, matcherOfRequest } from '../request.ts'
import { EVERYTHING } from '../selectors.ts'
import { badRequest, expired } from '../status-error.ts'
import type { Entry } from '../store.ts'
import type { Presenter } from './present.ts'

/** A continue token: the version of the first page (-1: whatever is there now), and the key behind which to go on. */
interface Continue {
  v: 'meta.k8s.io/v1'
  rv: number
  start: string
}

const END = '\0'

export function list(state: ClusterState, request: ApiRequest, presenter: Presenter): Answer {
  const { query } = request
  const limit = wholeNumber(query, 'limit') ?? 0
  const token = query.get('continue') ?? ''
  const asked = query.get('resourceVersion') ?? ''
  if (token !== '' && asked !== '' && asked !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  const from = token === '' ? undefined : decodeContinue(token)
  const version = from === undefined ? versionOf(state, request, limit) : continuedVersion(state, from)
  const all = selected(state, request, version)
  const start = from === undefined ? 0 : firstFrom(all, from.start)
  const end = limit > 0 ? Math.min(all.length, start + limit) : all.length
  const page = start === 0 && end === all.length ? all : all.slice(start, end)
  const metadata: Record<string, unknown> = { resourceVersion: String(version) }
  // Lists of custom kinds are written field by field, this one even when it is empty.
  if (request.resource.custom !== undefined) metadata['continue'] = ''
  const last = page.at(-1)
  if (last !== undefined && (end < all.length || (page.length === limit && hasMore(state, request, version, last)))) {
    metadata['continue'] = encodeContinue({ v: 'meta.k8s.io/v1', rv: version, start: keyOf(last) + END })
    // With a selector the real server does not count what it has not looked at.
    if (!hasSelector(request)) metadata['remainingItemCount'] = all.length - end
  }
  return { code: 200, body: presenter.many(request, page, metadata) }
}

/** What the selectors let through, in order; as it is now unless a version is given. */
export function selected(state: ClusterState, request: ApiRequest, version = state.store.version): readonly Entry[] {
  const namespace = request.namespace === '' ? undefined : request.namespace
  const entries = entriesAt(state.store, request.resource.storageKey, namespace, version)
  const matcher = matcherOfRequest(request)
  return matcher === EVERYTHING ? entries : entries.filter(matcher)
}

/** Exactly the version asked for, or the newest: a server with all its data at hand has no reason to answer with less. */
function versionOf({ store }: ClusterState, { query }: ApiRequest, limit: number): number {
  const asked = query.get('resourceVersion') ?? ''
  if (asked === '' || asked === '0') return store.version
  const version = wantedVersion(asked, store, (detail) => badRequest(`invalid resource version: ${detail}`))
  const match = query.get('resourceVersionMatch') ?? ''
  if (match !== 'Exact' && !(match === '' && limit > 0)) return store.version
  if (version < store.history.oldest) throw expired('The resourceVersion for the provided list is too old.')
  return version
}

function continuedVersion({ store }: ClusterState, from: Continue): number {
  if (from.rv < 0) return store.version
  if (from.rv >= store.history.oldest) return from.rv
  const text =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  throw expired(text, encodeContinue({ ...from, rv: -1 }))
}

/** Behind a full page the real server has not looked whether the selector lets more through. */
function hasMore(state: ClusterState, request: ApiRequest, version: number, last: Entry): boolean {
  if (!hasSelector(request)) return false
  const namespace = request.namespace === '' ? undefined : request.namespace
  return entriesAt(state.store, request.resource.storageKey, namespace, version).at(-1) !== last
}

function hasSelector({ query }: ApiRequest): boolean {
  return Boolean(query.get('labelSelector')) || Boolean(query.get('fieldSelector'))
}

function firstFrom(entries: readonly Entry[], start: string): number {
  const index = entries.findIndex((entry) => keyOf(entry) >= start)
  return index < 0 ? entries.length : index
}

function encodeContinue(token: Continue): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

function decodeContinue(token: string): Continue {
  const value = parsed(token)
  if (
    typeof value?.rv === 'number' &&
    value.v === 'meta.k8s.io/v1' &&
    typeof value.start === 'string' &&
    value.rv !== 0
  ) {
    return value as Continue
  }
  throw badRequest('invalid continue token: continue key is not valid')
}

function parsed(token: string): Partial<Continue> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Partial<Continue>) : undefined
  } catch {
    return undefined
  }
}
