/** GET of a collection: selectors and pages. */
import type { ClusterState } from '../cluster-state.ts'
import { type Answer, type ApiRequest, matcherOfRequest } from '../request.ts'
import { EVERYTHING } from '../selectors.ts'
import { badRequest, expired } from '../status-error.ts'
import type { Entry } from '../store.ts'
import type { Presenter } from './present.ts'

interface Continue {
  /** The version of the first page. */
  v: number
  /** Where to go on: behind this namespace and name. */
  ns: string
  n: string
}

export function list(state: ClusterState, request: ApiRequest, presenter: Presenter): Answer {
  const { query } = request
  const limit = Number(query.get('limit') ?? 0)
  const token = query.get('continue')
  const from = token === null || token === '' ? undefined : decodeContinue(token)
  if (from !== undefined && from.v < state.store.history.oldest) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    )
  }
  const version = from?.v ?? state.store.version
  const all = selected(state, request)
  const start = from === undefined ? 0 : firstBehind(all, from)
  const end = limit > 0 ? Math.min(all.length, start + limit) : all.length
  const page = start === 0 && end === all.length ? all : all.slice(start, end)
  const metadata: Record<string, unknown> = { resourceVersion: String(version) }
  const last = page.at(-1)
  if (end < all.length && last !== undefined) {
    metadata['continue'] = encodeContinue({ v: version, ns: last.namespace, n: last.name })
    metadata['remainingItemCount'] = all.length - end
  }
  return { code: 200, body: presenter.many(request, page, metadata) }
}

/** What the selectors let through, in order. */
export function selected(state: ClusterState, request: ApiRequest): readonly Entry[] {
  const entries = state.store.list(
    request.resource.storageKey,
    request.namespace === '' ? undefined : request.namespace,
  )
  const matcher = matcherOfRequest(request)
  return matcher === EVERYTHING ? entries : entries.filter(matcher)
}

function firstBehind(entries: readonly Entry[], from: Continue): number {
  const index = entries.findIndex(
    (entry) => entry.namespace > from.ns || (entry.namespace === from.ns && entry.name > from.n),
  )
  return index < 0 ? entries.length : index
}

function encodeContinue(token: Continue): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

function decodeContinue(token: string): Continue {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Continue
  } catch {
    throw badRequest(`continue key is not valid: ${JSON.stringify(token)}`)
  }
}
