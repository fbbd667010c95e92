/** The wire format of protocol buffers: tags, varints, lengths. Pure. Source: protobuf.dev/programming-guides/encoding. */

export class WireError extends Error {
  override readonly name = 'WireError'
}

export interface WireField {
  number: number
  /** 0 varint, 1 fixed64, 2 bytes, 5 fixed32. */
  wire: number
  /** Of a varint, as a signed 64-bit integer. */
  integer: bigint
  /** Of everything else. */
  bytes: Buffer
}

const EMPTY = Buffer.alloc(0)

/** The fields of a message in the order they were written. Throws WireError on bytes that are no message. */
export function* wireFields(bytes: Buffer): Generator<WireField> {
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new WireError('unexpected EOF')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw new WireError('proto: integer overflow')
  }

  function take(length: number): Buffer {
    if (length < 0 || at + length > bytes.length) throw new WireError('unexpected EOF')
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const tag = varint()
    const number = Number(tag >> 3n)
    const wire = Number(tag & 7n)
    if (number <= 0) throw new WireError(`proto: illegal tag ${number} (wire type ${wire})`)
    switch (wire) {
      case 0:
        yield { number, wire, integer: varint(), bytes: EMPTY }
        break
      case 1:
        yield { number, wire, integer: 0n, bytes: take(8) }
        break
      case 2:
        yield { number, wire, integer: 0n, bytes: take(Number(varint())) }
        break
      case 5:
        yield { number, wire, integer: 0n, bytes: take(4) }
        break
      default:
        throw new WireError(`proto: illegal wireType ${wire}`)
    }
  }
}
