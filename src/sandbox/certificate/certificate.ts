/** A certificate authority and a server certificate for loopback, made at first start. Effects: asks for randomness. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, boolean, element, integer, objectId, octets, sequence, set, tagged, time, utf8 } from './der.ts'

/** Everything a TLS server and its clients need, as PEM. */
export interface Certificates {
  caPem: string
  certificatePem: string
  keyPem: string
}

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))

/** The key of the authority is thrown away: it signs one certificate and never again. */
export function makeCertificates(nowMs: number): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = nameOf('halcyon-sandbox-ca')
  const validity = { from: nowMs - DAY_MS, to: nowMs + TEN_YEARS_MS }
  const ca = certificate({
    issuer,
    subject: issuer,
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    validity,
    extensions: [
      extension('2.5.29.19', sequence(boolean(true)), true),
      // keyCertSign, cRLSign
      extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
      extension('2.5.29.14', octets(keyId(authority.publicKey))),
    ],
  })
  const leaf = certificate({
    issuer,
    subject: nameOf('halcyon-sandbox'),
    publicKey: server.publicKey,
    signer: authority.privateKey,
    validity,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      // digitalSignature, keyEncipherment
      extension('2.5.29.15', bits(Buffer.from([0xa0]), 5), true),
      extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.35', sequence(element(0x80, keyId(authority.publicKey)))),
      extension(
        '2.5.29.17',
        sequence(
          element(0x82, Buffer.from('localhost')),
          element(0x82, Buffer.from('kubernetes.default.svc')),
          element(0x87, Buffer.from([127, 0, 0, 1])),
          element(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
        ),
      ),
    ],
  })
  return {
    caPem: pem(ca),
    certificatePem: pem(leaf),
    keyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

interface CertificateInput {
  issuer: Buffer
  subject: Buffer
  publicKey: KeyObject
  signer: KeyObject
  validity: { from: number; to: number }
  extensions: readonly Buffer[]
}

function certificate(input: CertificateInput): Buffer {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    input.issuer,
    sequence(time(input.validity.from), time(input.validity.to)),
    input.subject,
    input.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...input.extensions)),
  )
  return sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, input.signer)))
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, content: Buffer, critical = false): Buffer {
  return critical ? sequence(objectId(id), boolean(true), octets(content)) : sequence(objectId(id), octets(content))
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
