/** Who is signed in with a browser: one-time codes and sessions, in memory, with an end each. A restart signs everybody out. */
import { createHash, randomBytes } from 'node:crypto'
import { HalcyonError } from '../api/errors.ts'
import type { Clock } from '../runtime/clock.ts'

export interface Sessions {
  /** A code that signs in once, within ten minutes. */
  createCode(): string
  /** The id of a new session, for the cookie. Throws Unauthenticated for a code that is unknown, used or too old; TooManyRequests after many such. */
  signIn(code: string): string
  /** True for a session that has not ended. */
  has(id: string): boolean
  signOut(id: string): void
}

const minute = 60_000
export const codeMs = 10 * minute
export const sessionMs = 12 * 60 * minute
const failureLimit = 10
/** More at once than people have browsers: the oldest give way. */
const most = 200

/** Codes and ids are kept as digests, so that a look into memory or a log gives none away. */
export function createSessions(clock: Clock): Sessions {
  const codes = new Map<string, number>()
  const sessions = new Map<string, number>()
  let failures: readonly number[] = []

  function put(map: Map<string, number>, ms: number): string {
    const now = clock.now()
    for (const [key, end] of map) if (end <= now) map.delete(key)
    const oldest = map.keys().next().value
    if (map.size >= most && oldest !== undefined) map.delete(oldest)
    const secret = randomBytes(24).toString('base64url')
    map.set(digest(secret), now + ms)
    return secret
  }

  return {
    createCode: () => put(codes, codeMs),
    signIn(code) {
      const now = clock.now()
      failures = failures.filter((at) => at > now - minute)
      if (failures.length >= failureLimit) {
        throw new HalcyonError('TooManyRequests', 'Cannot sign in: too many wrong links; try again in a minute')
      }
      const key = digest(code)
      const end = codes.get(key)
      codes.delete(key)
      if (end !== undefined && end > now) return put(sessions, sessionMs)
      failures = [...failures, now]
      throw new HalcyonError(
        'Unauthenticated',
        'Cannot sign in: the link was used before, or is older than ten minutes; get another with: halcyon ui',
      )
    },
    has: (id) => (sessions.get(digest(id)) ?? 0) > clock.now(),
    signOut: (id) => void sessions.delete(digest(id)),
  }
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64')
}
