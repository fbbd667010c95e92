/** Who may call: the bearer token, and the Host header of a server on loopback. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in constant time, whatever the lengths. */
export function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  const wanted = digest(token)
  return (authorization) => {
    const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return given !== undefined && timingSafeEqual(digest(given), wanted)
  }
}

/**
 * True when a Host header names this machine. A web page whose name is made to resolve to 127.0.0.1 (DNS rebinding) sends its own name,
 * so it cannot talk to a server on loopback from inside a browser.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase()
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** True for an address to listen on that only this machine can reach. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || isLoopbackHost(address)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
