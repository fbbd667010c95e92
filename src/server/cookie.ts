/** The session cookie, and what a request that rests on it has to show. Pure. */
import type { IncomingHttpHeaders } from 'node:http'

/** Sent by our page with every request: no form and no image of another page can, and a script of one is stopped by the browser's preflight. */
export const pageHeader = 'x-halcyon-page'

/** Cookies are shared by all ports of a host, so each port has a name of its own. */
export function cookieName(host: string | undefined): string {
  return `halcyon_session_${/:(\d+)$/.exec(host ?? '')?.[1] ?? 'default'}`
}

/** `Secure` is left out on purpose: on loopback there is no TLS; behind a proxy the server is not reached by others. */
export function setCookie(host: string | undefined, id: string, maxAgeSeconds: number): string {
  return `${cookieName(host)}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`
}

export function sessionIdOf(headers: IncomingHttpHeaders): string | undefined {
  const name = cookieName(headers.host)
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value !== undefined && value !== '') return value
  }
  return undefined
}

/** True when a request comes from our own page: it has our header, and its Origin, where the browser sends one, is ours. */
export function isFromOwnPage(headers: IncomingHttpHeaders): boolean {
  if (headers[pageHeader] === undefined) return false
  const { origin, host } = headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}
