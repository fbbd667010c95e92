/** What to present to the API server, kept fresh: token files are read again, exec plug-ins run when due. Effect: files, processes. */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../runtime/clock.ts'
import type { ClientCertificate, Connection } from './connection.ts'
import { ConnectionError } from './errors.ts'
import { runExecPlugin } from './exec-plugin.ts'

export interface Credential {
  /** The value of the Authorization header; undefined sends none. */
  readonly authorization: string | undefined
  /** A certificate that replaces the connection's own; only exec plug-ins give one. */
  readonly certificate: ClientCertificate | undefined
}

export interface Credentials {
  /** The one to use now: at once when it is known, a promise when it must be fetched first. Throws ConnectionError. */
  current(): Credential | Promise<Credential>
  /** After a 401 to `used`: forgets it. False when nothing newer can be had, so that trying again is useless. */
  reject(used: Credential): boolean
}

/** client-go reads token files again once a minute; a projected token is renewed at 80 % of its life, so that is often enough. */
const tokenFileMs = 60_000

/** A credential that ends within this time is renewed before it is used. */
const expiryMarginMs = 10_000

export function createCredentials(connection: Connection, clock: Clock): Credentials {
  const { identity } = connection
  switch (identity.type) {
    case 'none':
      return fixed(undefined)
    case 'token':
      return fixed(`Bearer ${identity.token}`)
    case 'basic':
      return fixed(`Basic ${Buffer.from(`${identity.username}:${identity.password}`).toString('base64')}`)
    case 'tokenFile':
      return renewed(clock, async () => {
        return { credential: bearer(await readToken(identity.path)), expiresAt: clock.now() + tokenFileMs }
      })
    case 'exec':
      return renewed(clock, async () => {
        const answer = await runExecPlugin(identity.plugin, connection)
        return {
          credential: {
            authorization: answer.token === undefined ? undefined : `Bearer ${answer.token}`,
            certificate: answer.certificate,
          },
          expiresAt: answer.expiresAt === undefined ? Number.POSITIVE_INFINITY : answer.expiresAt - expiryMarginMs,
        }
      })
  }
}

function fixed(authorization: string | undefined): Credentials {
  const credential: Credential = { authorization, certificate: undefined }
  return { current: () => credential, reject: () => false }
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConnectionError(`the token file ${path} cannot be read`, { cause: error })
  })
  const token = text.trim()
  if (token === '') throw new ConnectionError(`the token file ${path} is empty`)
  return token
}

function bearer(token: string): Credential {
  return { authorization: `Bearer ${token}`, certificate: undefined }
}

interface Renewal {
  readonly credential: Credential
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Fetches at first use, when expired, and after a rejection; concurrent users share one fetch. */
function renewed(clock: Clock, fetch: () => Promise<Renewal>): Credentials {
  let known: Renewal | undefined
  let pending: Promise<Credential> | undefined

  async function renew(): Promise<Credential> {
    try {
      known = await fetch()
      return known.credential
    } finally {
      pending = undefined
    }
  }

  return {
    current() {
      if (known !== undefined && clock.now() < known.expiresAt) return known.credential
      pending ??= renew()
      return pending
    },
    reject(used) {
      if (known?.credential === used) known = undefined
      return true
    },
  }
}
