/** The few pieces of DER that an X.509 certificate needs. Pure. */

function lengthOf(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size])
  if (size < 0x100) return Buffer.from([0x81, size])
  return Buffer.from([0x82, size >> 8, size & 0xff])
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

export function sequence(...content: readonly Buffer[]): Buffer {
  return element(0x30, ...content)
}

export function set(...content: readonly Buffer[]): Buffer {
  return element(0x31, ...content)
}

/** A non-negative integer from its bytes. */
export function integer(bytes: Buffer): Buffer {
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]))
}

/** `1.2.840.10045.4.3.2`. */
export function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let value = arc >>> 7; value > 0; value >>>= 7) groups.unshift((value & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return element(0x06, Buffer.from(bytes))
}

export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text))
}

export function octets(content: Buffer): Buffer {
  return element(0x04, content)
}

export function bits(content: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), content)
}

/** GeneralizedTime, which is right for every year. */
export function time(ms: number): Buffer {
  return element(0x18, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`))
}

/** `[n]` with constructed content. */
export function tagged(number: number, ...content: readonly Buffer[]): Buffer {
  return element(0xa0 | number, ...content)
}
