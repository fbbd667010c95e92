/** From the headers of a request to who sends it: bearer tokens and impersonation. Pure. */
import type { ClusterState } from '../cluster-state.ts'
import { badRequest, unauthorized } from '../status-error.ts'
import { type Attributes, authorize } from './authorize.ts'
import { refusal } from './refusal.ts'
import type { TokenKey } from './tokens.ts'
import { ADMIN, ANONYMOUS, AUTHENTICATED, serviceAccountUser, type User } from './user.ts'

/** By lower-case name: every value that was sent. */
export type HeaderLists = Readonly<Record<string, string[] | undefined>>

export type Authenticate = (headers: HeaderLists) => User

/** Throws 401 for a token nobody gave out, 403 for impersonation that is not allowed. Without a token the caller is anonymous. */
export function createAuthenticate(state: ClusterState, adminToken: string, key: TokenKey): Authenticate {
  const admin = `Bearer ${adminToken}`

  function holder(authorization: string | undefined): User {
    if (authorization === admin) return ADMIN
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) return ANONYMOUS
    const user = tokenHolder(state, key, token)
    if (user === undefined) throw unauthorized()
    return user
  }

  return (headers) => {
    const user = holder(headers['authorization']?.[0])
    return impersonated(state, user, headers) ?? user
  }
}

/** The ServiceAccount a token was made for; undefined when the token, or the account, is not (or no longer) valid. */
export function tokenHolder(state: ClusterState, key: TokenKey, token: string): User | undefined {
  const claims = key.verify(token, state.clock.now())
  if (claims === undefined) return undefined
  const account = state.store.get('/serviceaccounts', claims.namespace, claims.name)
  if (account?.uid !== claims.uid) return undefined
  return serviceAccountUser(claims.namespace, claims.name, claims.uid)
}

const EXTRA = 'impersonate-extra-'

/** Each part of who one pretends to be needs the verb impersonate. */
function impersonated(state: ClusterState, user: User, headers: HeaderLists): User | undefined {
  const name = headers['impersonate-user']?.[0] ?? ''
  const groups = headers['impersonate-group'] ?? []
  const uid = headers['impersonate-uid']?.[0] ?? ''
  const extra: Record<string, string[]> = {}
  for (const header in headers) {
    if (header.startsWith(EXTRA)) extra[decodeURIComponent(header.slice(EXTRA.length))] = headers[header] ?? []
  }
  if (name === '') {
    if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) return undefined
    throw badRequest(
      `requested [${groups.map((group) => `{Group  ${group}    }`).join(' ')}] without impersonating a user`,
    )
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  const demand = (resource: string, wanted: string, more: Partial<Attributes> = {}) => {
    const group = resource === 'userextras' || resource === 'uids' ? 'authentication.k8s.io' : ''
    const attributes: Attributes = {
      verb: 'impersonate',
      group,
      resource,
      subresource: '',
      namespace: '',
      name: wanted,
      path: '',
      ...more,
    }
    if (!authorize(state, user, attributes).allowed) throw refusal(user, attributes)
  }
  if (account === null) demand('users', name)
  else demand('serviceaccounts', account[2] ?? '', { namespace: account[1] ?? '' })
  for (const group of groups) demand('groups', group)
  if (uid !== '') demand('uids', uid)
  for (const [key, values] of Object.entries(extra))
    for (const value of values) demand('userextras', value, { subresource: key })
  const own =
    account === null || groups.length > 0 ? groups : serviceAccountUser(account[1] ?? '', account[2] ?? '', '').groups
  const all = name === ANONYMOUS.name || own.includes(AUTHENTICATED) ? own : [...own, AUTHENTICATED]
  return { name, uid, groups: all, extra }
}
