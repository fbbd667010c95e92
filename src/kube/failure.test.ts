/** Words for what goes wrong on the wire. */
import { expect, test } from 'vitest'
import { shownUrl } from './connection.ts'
import { ApiError, ConnectionError } from './errors.ts'
import { answerError, isPassing, wireError } from './failure.ts'
import { connectionOf } from './testing/connection.ts'

const server = 'https://api:6443'

function coded(code: string, more: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(`raw ${code}`), { code, ...more })
}

const failures = [
  { error: coded('ECONNREFUSED'), says: 'refused the connection', passing: true, reason: 'it may be starting' },
  {
    error: new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')], 'both'),
    says: 'refused the connection',
    passing: true,
    reason: 'one word for several addresses',
  },
  {
    error: coded('UND_ERR_SOCKET'),
    says: 'closed the connection before it answered',
    passing: true,
    reason: 'a kept-alive connection was closed',
  },
  {
    error: coded('UND_ERR_HEADERS_TIMEOUT'),
    says: 'accepted the request but did not answer in time',
    passing: true,
    reason: 'busy',
  },
  {
    error: coded('ENOTFOUND'),
    says: 'has a host name that does not exist',
    passing: true,
    reason: 'DNS outages look like this too',
  },
  {
    error: coded('CERT_HAS_EXPIRED'),
    says: 'has a certificate that has expired',
    passing: false,
    reason: 'somebody must renew it',
  },
  {
    error: coded('ERR_TLS_CERT_ALTNAME_INVALID', { reason: "Host: a. is not b's" }),
    says: "has a certificate for other names: Host: a. is not b's",
    passing: false,
    reason: 'settings',
  },
  {
    error: coded('ERR_SSL_WRONG_VERSION_NUMBER', { reason: 'wrong version number' }),
    says: 'failed the TLS handshake: wrong version number',
    passing: false,
    reason: 'not TLS at all',
  },
  {
    error: coded('HPE_INVALID_CONSTANT'),
    says: 'does not speak HTTP',
    passing: true,
    reason: 'may be a port in other hands for a moment',
  },
  { error: new Error('odd'), says: 'cannot be reached: odd', passing: true, reason: 'unknown errors keep their text' },
]

for (const { error, says, passing, reason } of failures) {
  test(`wireError says "${says}": ${reason}`, () => {
    const result = wireError(server, error, 0)
    expect(result).toBeInstanceOf(ConnectionError)
    expect(result.message).toBe(`the API server ${server} ${says}`)
    expect(isPassing(result as ConnectionError)).toBe(passing)
  })
}

test('errors that are in words already stay as they are', () => {
  const known = new ConnectionError('known')
  expect(wireError(server, known, 0)).toBe(known)
})

test('a retry time is taken from the header, or else from the status', () => {
  const text = JSON.stringify({ kind: 'Status', details: { retryAfterSeconds: 7 } })
  expect(answerError(server, { status: 429, headers: { 'retry-after': '3' }, text }).retryAfterMs).toBe(3_000)
  expect(answerError(server, { status: 429, headers: {}, text }).retryAfterMs).toBe(7_000)
  expect(answerError(server, { status: 429, headers: {}, text: '' }).retryAfterMs).toBeUndefined()
})

test("a proxy's error page is shortened to its words", () => {
  const text = `<html>\n<style>b</style><h1>Bad\u001b[31m gateway</h1>${'x'.repeat(1_000)}`
  const { message } = answerError(server, { status: 502, headers: {}, text })
  expect(message).toMatch(/^the API server https:\/\/api:6443 answered 502 BadGateway: b Bad \[31m gateway x+$/)
  expect(message.length).toBeLessThan(300)
})

test('reasons follow the code when the server names none', () => {
  expect(answerError(server, { status: 404, headers: {}, text: '' })).toMatchObject({ reason: 'NotFound', code: 404 })
  expect(answerError(server, { status: 404, headers: {}, text: '' })).toBeInstanceOf(ApiError)
})

test('shownUrl leaves out user, password and query', () => {
  expect(shownUrl('https://user:hunter2@api:6443/path?token=hunter2')).toBe('https://api:6443/path')
  expect(shownUrl('https://api:6443')).toBe('https://api:6443')
})

test('a connection prints without its secrets', () => {
  const connection = connectionOf({ identity: { type: 'token', token: 'hunter2' } })
  expect(JSON.stringify(connection)).not.toContain('hunter2')
  expect(JSON.stringify({ deep: [connection] })).toContain('"identity":"token"')
})
