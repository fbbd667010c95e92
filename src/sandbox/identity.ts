/** The token and certificates of a sandbox, kept so that a kubeconfig stays valid. Effects: reads and writes one file. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificates, makeCertificates } from './certificate/certificate.ts'

export interface Identity {
  token: string
  certificates: Certificates
}

const FILE = 'identity.json'

/** Without a directory nothing is kept. The file is readable by its owner only. */
export function loadIdentity(directory: string | undefined, nowMs: number): Identity {
  if (directory !== undefined) {
    try {
      return JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as Identity
    } catch {
      // First start, or a damaged file: a new identity is as good.
    }
  }
  const identity = { token: randomBytes(24).toString('base64url'), certificates: makeCertificates(nowMs) }
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(join(directory, FILE), JSON.stringify(identity), { mode: 0o600 })
  }
  return identity
}
