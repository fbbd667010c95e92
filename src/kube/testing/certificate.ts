/** A self-signed certificate for tests of TLS, made on the spot so that no private key lies in the repository. Pure but for randomness. */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface TestCertificate {
  /** PEM. It is its own authority, and good for servers and clients. */
  readonly cert: string
  readonly key: string
}

/** Valid from 2020 to 2049 for localhost and 127.0.0.1, or for the DNS names given instead. */
export function createTestCertificate(
  commonName: string,
  dnsNames: readonly string[] = ['localhost'],
): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = sequence(set(sequence(oid(85, 4, 3), der(0x0c, Buffer.from(commonName)))))
  const algorithm = sequence(oid(42, 134, 72, 206, 61, 4, 3, 2))
  const alternatives = dnsNames.map((dns) => der(0x82, Buffer.from(dns)))
  if (dnsNames.includes('localhost')) alternatives.push(der(0x87, Buffer.from([127, 0, 0, 1])))
  const isAuthority = extension(oid(85, 29, 19), sequence(der(0x01, Buffer.from([0xff]))))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(isAuthority, extension(oid(85, 29, 17), sequence(...alternatives)))),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]))
  const base64 = sequence(body, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts))
}

/** The arcs as they stand in the encoding (the first two joined), all the bytes of larger arcs given one by one. */
function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes))
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value))
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text))
}
