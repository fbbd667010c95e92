import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { cookieName } from './cookie.ts'
import { fileIn, type PageState } from './page-files.ts'
import { createServer } from './server.ts'
import { codeMs, createSessions, sessionMs } from './sessions.ts'
import { createTestEngine, testApplicationView } from './testing.ts'

const outside = mkdtempSync(join(tmpdir(), 'halcyon-page-'))
const directory = join(outside, 'dist')
beforeAll(async () => {
  await mkdir(join(directory, 'assets'), { recursive: true })
  await writeFile(join(directory, 'index.html'), '<!doctype html>the page')
  await writeFile(join(directory, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(outside, 'secret.txt'), 'TOP')
})
afterAll(() => rmSync(outside, { recursive: true }))

function setUp(page: PageState = { state: 'ready', directory }) {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { ...systemClock, now: () => now }
  const sessions = createSessions(clock)
  const engine = createTestEngine([testApplicationView('web')])
  const app = createServer({
    engine,
    token: 'the-token',
    metrics: createMetrics({ processMetrics: false }),
    logger: silentLogger,
    version: '1',
    clock,
    sessions,
    page: () => page,
  })
  const host = '127.0.0.1:8420'
  const own = { host, origin: `http://${host}`, 'x-halcyon-page': '1' }
  const signIn = async (code: string, headers: Record<string, string> = own) =>
    app.inject({ method: 'POST', url: '/api/v1/session', payload: { code }, headers })
  const cookieOf = async () => String((await signIn(sessions.createCode())).headers['set-cookie']).split(';')[0] ?? ''
  return { app, engine, sessions, own, signIn, cookieOf, host, pass: (ms: number) => (now += ms) }
}

test('a code signs in once, and not when it is old', async () => {
  const { signIn, sessions, pass } = setUp()
  const code = sessions.createCode()
  const first = await signIn(code)
  expect(first.statusCode).toBe(204)
  expect(first.headers['set-cookie']).toMatch(
    /^halcyon_session_8420=\S+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  )
  expect((await signIn(code)).json()).toMatchObject({ status: 401, detail: expect.stringContaining('halcyon ui') })
  const old = sessions.createCode()
  pass(codeMs)
  expect((await signIn(old)).statusCode).toBe(401)
})

test('guessing is slowed down, and ends the way for a good code only for a minute', async () => {
  const { signIn, sessions, pass } = setUp()
  for (let index = 0; index < 10; index++) expect((await signIn(`guess-${index}`)).statusCode).toBe(401)
  const code = sessions.createCode()
  expect((await signIn(code)).json()).toMatchObject({ status: 429, reason: 'TooManyRequests' })
  pass(60_001)
  expect((await signIn(code)).statusCode).toBe(204)
})

test('a session reads and acts, until it ends or signs out', async () => {
  const { app, engine, own, cookieOf, pass } = setUp()
  const cookie = await cookieOf()
  const get = (headers: Record<string, string>) => app.inject({ url: '/api/v1/overview', headers })
  expect((await get({ ...own, cookie })).statusCode).toBe(200)
  const sync = { method: 'POST', url: '/api/v1/applications/web/sync', payload: {} } as const
  expect((await app.inject({ ...sync, headers: { ...own, cookie } })).statusCode).toBe(202)
  expect(engine.calls).toHaveLength(1)
  const out = await app.inject({ method: 'DELETE', url: '/api/v1/session', headers: { ...own, cookie } })
  expect(out.headers['set-cookie']).toContain('Max-Age=0')
  expect((await get({ ...own, cookie })).statusCode).toBe(401)
  const second = await cookieOf()
  pass(sessionMs)
  expect((await get({ ...own, cookie: second })).statusCode).toBe(401)
})

test.each([
  { reason: 'a form of another site', change: { origin: 'https://attacker.example.com', 'x-halcyon-page': undefined } },
  { reason: 'a page on another port of this machine', change: { origin: 'http://127.0.0.1:3000' } },
  { reason: 'a request without our header', change: { 'x-halcyon-page': undefined } },
  { reason: 'a sandboxed frame', change: { origin: 'null' } },
])('a session does not act for $reason', async ({ change }) => {
  const { app, engine, own, cookieOf, signIn, sessions } = setUp()
  const headers = Object.fromEntries(
    Object.entries({ ...own, cookie: await cookieOf(), ...change }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>
  const url = '/api/v1/applications/web/sync'
  expect((await app.inject({ method: 'POST', url, payload: {}, headers })).statusCode).toBe(401)
  expect(engine.calls).toEqual([])
  expect((await signIn(sessions.createCode(), headers)).statusCode).toBe(401)
})

test('a chosen session id is no session, and the port names the cookie', async () => {
  const { app, own } = setUp()
  const cookie = 'halcyon_session_8420=chosen-by-somebody'
  expect((await app.inject({ url: '/api/v1/status', headers: { ...own, cookie } })).statusCode).toBe(401)
  expect(cookieName('127.0.0.1:9000')).not.toBe(cookieName('127.0.0.1:8420'))
})

test('the page has strict headers, and stands for every address that is no file', async () => {
  const { app, host } = setUp()
  for (const url of ['/', '/applications/web?tab=graph', '/applications/team.web']) {
    const answer = await app.inject({ url, headers: { host } })
    expect(answer.body, url).toContain('the page')
    expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
    expect(answer.headers['content-security-policy']).not.toContain('unsafe')
    expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-cache' })
  }
  const script = await app.inject({ url: '/assets/a.js', headers: { host } })
  expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8' })
  expect((await app.inject({ url: '/assets/gone.js', headers: { host } })).statusCode).toBe(404)
  expect((await app.inject({ url: '/api/v1/nothing', headers: { host } })).statusCode).toBe(404)
})

test('no path leaves the folder', async () => {
  const { app, host } = setUp()
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%5c..%5csecret.txt',
    '/%00',
    '/%',
  ]) {
    expect((await app.inject({ url: path, headers: { host } })).body, path).not.toContain('TOP')
  }
  expect(fileIn('/srv/dist', '/../dist-other/x.js')).toBeUndefined()
  expect(fileIn('/srv/dist', '/a/../../x.js')).toBeUndefined()
})

test.each([
  { state: { state: 'building' } as const, says: 'being built' },
  { state: { state: 'missing', message: 'Cannot build the web page: <b>' } as const, says: '&#60;b&#62;' },
])('without a built page the API works, and the page says $says', async ({ state, says }) => {
  const { app, host } = setUp(state)
  const page = await app.inject({ url: '/', headers: { host } })
  expect(page.statusCode).toBe(503)
  expect(page.body).toContain(says)
  const headers = { authorization: 'Bearer the-token' }
  expect((await app.inject({ url: '/api/v1/status', headers })).statusCode).toBe(200)
  const link = await app.inject({ method: 'POST', url: '/api/v1/sign-in-links', headers })
  expect(link.json().path).toMatch(/^\/#sign-in=\S+$/)
})
