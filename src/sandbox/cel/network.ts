/** URLs and addresses in CEL. Pure. */
import { BlockList, isIP, isIPv4 } from 'node:net'
import type { Environment } from '@marcbachmann/cel-js'

class Address {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

class Cidr {
  readonly address: string
  readonly bits: number

  constructor(address: string, bits: number) {
    this.address = address
    this.bits = bits
  }
}

class Url {
  readonly url: URL

  constructor(url: URL) {
    this.url = url
  }
}

export function addNetwork(environment: Environment): void {
  environment.registerType('net.IP', { ctor: Address, fields: {} })
  environment.registerType('net.CIDR', { ctor: Cidr, fields: {} })
  environment.registerType('kubernetes.URL', { ctor: Url, fields: {} })
  environment
    .registerFunction('ip(string): net.IP', (text: string) => {
      if (isIP(text) === 0)
        throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`)
      return new Address(text)
    })
    .registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0)
    .registerFunction('net.IP.family(): int', (one: Address) => (isIPv4(one.text) ? 4n : 6n))
    .registerFunction('net.IP.isLoopback(): bool', (one: Address) => /^127\.|^::1$/.test(one.text))
    .registerFunction('net.IP.isUnspecified(): bool', (one: Address) => one.text === '0.0.0.0' || one.text === '::')
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', (one: Address) => /^169\.254\.|^fe[89ab]/i.test(one.text))
    .registerFunction('string(net.IP): string', (one: Address) => one.text)
    .registerFunction('cidr(string): net.CIDR', (text: string) => {
      const value = readCidr(text)
      if (value === undefined) throw new Error('network address parse error during conversion from string')
      return value
    })
    .registerFunction('isCIDR(string): bool', (text: string) => readCidr(text) !== undefined)
    .registerFunction('net.CIDR.containsIP(string): bool', (one: Cidr, text: string) => contains(one, text))
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (one: Cidr, other: Address) => contains(one, other.text))
    .registerFunction('net.CIDR.containsCIDR(string): bool', (one: Cidr, text: string) =>
      containsCidr(one, readCidr(text)),
    )
    .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', (one: Cidr, other: Cidr) => containsCidr(one, other))
    .registerFunction('net.CIDR.prefixLength(): int', (one: Cidr) => BigInt(one.bits))
    .registerFunction('net.CIDR.ip(): net.IP', (one: Cidr) => new Address(one.address))
    .registerFunction('url(string): kubernetes.URL', (text: string) => {
      const value = readUrl(text)
      if (value === undefined)
        throw new Error(
          `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
        )
      return new Url(value)
    })
    .registerFunction('isURL(string): bool', (text: string) => readUrl(text) !== undefined)
    .registerFunction('kubernetes.URL.getScheme(): string', ({ url }: Url) => url.protocol.replace(/:$/, ''))
    .registerFunction('kubernetes.URL.getHost(): string', ({ url }: Url) => url.host)
    .registerFunction('kubernetes.URL.getHostname(): string', ({ url }: Url) => url.hostname.replace(/^\[|\]$/g, ''))
    .registerFunction('kubernetes.URL.getPort(): string', ({ url }: Url) => url.port)
    .registerFunction('kubernetes.URL.getEscapedPath(): string', ({ url }: Url) => url.pathname)
}

/** A path alone is a URL too; anything relative is not. */
function readUrl(text: string): URL | undefined {
  if (text.startsWith('/')) return URL.canParse(text, 'none://') ? new URL(text, 'none://') : undefined
  return /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

function readCidr(text: string): Cidr | undefined {
  const [address = '', bits = '', ...rest] = text.split('/')
  const family = isIP(address)
  const fits = /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  return rest.length > 0 || family === 0 || !fits ? undefined : new Cidr(address, Number(bits))
}

function contains(cidr: Cidr, address: string): boolean {
  const family = isIP(address)
  if (family === 0 || (family === 4) !== isIPv4(cidr.address)) return false
  const list = new BlockList()
  list.addSubnet(cidr.address, cidr.bits, family === 4 ? 'ipv4' : 'ipv6')
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function containsCidr(cidr: Cidr, other: Cidr | undefined): boolean {
  return other !== undefined && other.bits >= cidr.bits && contains(cidr, other.address)
}
