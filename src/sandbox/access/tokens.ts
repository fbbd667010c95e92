/** Tokens of ServiceAccounts: JSON web tokens that only this sandbox can make and check. Pure. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Data } from '../values.ts'

export interface TokenClaims {
  namespace: string
  name: string
  /** Of the ServiceAccount: a token does not outlive it. */
  uid: string
  /** Milliseconds since the epoch. */
  expires: number
}

export interface TokenKey {
  issue(claims: TokenClaims, audiences: readonly string[], now: number): string
  /** Undefined for a token that is not ours, was changed, or is too old. */
  verify(token: string, now: number): TokenClaims | undefined
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })

export function createTokenKey(secret: string): TokenKey {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  return {
    issue({ namespace, name, uid, expires }, audiences, now) {
      const payload = encode({
        aud: audiences,
        exp: Math.floor(expires / 1000),
        iat: Math.floor(now / 1000),
        iss: ISSUER,
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
        nbf: Math.floor(now / 1000),
        sub: `system:serviceaccount:${namespace}:${name}`,
      })
      return `${HEADER}.${payload}.${sign(`${HEADER}.${payload}`)}`
    },
    verify(token, now) {
      const [header = '', payload = '', signature = '', ...more] = token.split('.')
      if (header !== HEADER || more.length > 0) return undefined
      const wanted = Buffer.from(sign(`${header}.${payload}`))
      const given = Buffer.from(signature)
      if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined
      const { exp, 'kubernetes.io': about } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
        exp: number
        'kubernetes.io': { namespace: string; serviceaccount: { name: string; uid: string } }
      }
      if (exp * 1000 <= now) return undefined
      return { namespace: about.namespace, ...about.serviceaccount, expires: exp * 1000 }
    },
  }
}

function encode(data: Data): string {
  return Buffer.from(JSON.stringify(data)).toString('base64url')
}
