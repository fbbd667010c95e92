/** Which proxy the environment asks for, as Go's net/http (and so kubectl) decides it. Pure. */
import { BlockList, isIP } from 'node:net'

export type Environment = Readonly<Record<string, string | undefined>>

/** The proxy's URL, or undefined to connect directly. Loopback addresses never go through a proxy. */
export function proxyFromEnvironment(server: string, env: Environment): string | undefined {
  const url = new URL(server)
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = env[name] || env[name.toLowerCase()]
  if (!proxy || isExempt(url, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host, port))
}

/** `*`, a CIDR, an address or a domain (with its sub-domains; `.example.com` means only those), with an optional port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const slash = entry.indexOf('/')
  if (slash > 0) return inSubnet(entry.slice(0, slash), Number(entry.slice(slash + 1)), host)
  const [, name = entry, wantedPort] = /^(.+?):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry) ?? []
  if (wantedPort !== undefined && wantedPort !== port) return false
  const domain = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.')
  if (domain.startsWith('.')) return host.endsWith(domain)
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`))
}

function inSubnet(network: string, bits: number, host: string): boolean {
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !(bits >= 0 && bits <= (family === 4 ? 32 : 128))) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const subnet = new BlockList()
  subnet.addSubnet(network, bits, type)
  return subnet.check(host, type)
}
