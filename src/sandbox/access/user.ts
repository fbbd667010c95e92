/** Who sends a request. Pure. */
import type { Data } from '../values.ts'

export interface User {
  readonly name: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** Members may do everything, whatever the roles say. */
export const MASTERS = 'system:masters'
export const AUTHENTICATED = 'system:authenticated'

/** The holder of the kubeconfig. */
export const ADMIN: User = { name: 'kubernetes-admin', uid: '', groups: [MASTERS, AUTHENTICATED], extra: {} }

export const ANONYMOUS: User = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} }

/** As tokens of a ServiceAccount identify their holder. */
export function serviceAccountUser(namespace: string, name: string, uid: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
    extra: {},
  }
}

/** As authentication.k8s.io/v1 UserInfo. */
export function userInfo(user: User): Data {
  return {
    username: user.name,
    ...(user.uid !== '' && { uid: user.uid }),
    ...(user.groups.length > 0 && { groups: user.groups }),
    ...(Object.keys(user.extra).length > 0 && { extra: user.extra }),
  }
}
