/** Credentials that renew themselves, with real plug-ins (small scripts) and a real server. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApiResource } from './client.ts'
import type { ExecPlugin } from './connection.ts'
import { createCredentials } from './credentials.ts'
import { createKubeClient } from './http-client.ts'
import { createTestCertificate } from './testing/certificate.ts'
import { createEagerClock } from './testing/clock.ts'
import { connectionOf } from './testing/connection.ts'
import { sendJson, sendStatus, startTestServer } from './testing/server.ts'

const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: '',
  namespaced: true,
  verbs: [],
  shortNames: [],
  subresources: [],
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A plug-in that runs this shell script; each run adds a line to the file `runs`. */
async function plugin(script: string, more: Partial<ExecPlugin> = {}): Promise<ExecPlugin> {
  const command = join(folder, 'plugin.sh')
  await writeFile(command, `#!/bin/sh\necho run >> ${folder}/runs\n${script}\n`)
  await chmod(command, 0o755)
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: [],
    env: [],
    installHint: '',
    provideClusterInfo: false,
    interactiveMode: 'Never',
    config: undefined,
    ...more,
  }
}

function credential(status: Record<string, unknown>): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status })
}

async function runs(): Promise<number> {
  return (await readFile(join(folder, 'runs'), 'utf8')).split('\n').length - 1
}

const numbered = `n=$(wc -l < "$(dirname "$0")/runs" | tr -d ' ')
echo "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{\\"token\\":\\"t$n\\"}}"`

test('a 401 runs the plug-in once more, and the request succeeds with the new token', async () => {
  await using server = await startTestServer((request, response) => {
    if (request.headers.authorization === 'Bearer t2') sendJson(response, 200, {})
    else sendStatus(response, 401, 'Unauthorized', 'Unauthorized')
  })
  const identity = { type: 'exec' as const, plugin: await plugin(numbered) }
  await using client = createKubeClient(server.connection(identity), { clock: createEagerClock(), random: () => 0.5 })
  await Promise.all([client.get(configMaps, 'a', 'b'), client.get(configMaps, 'a', 'c')])
  await client.get(configMaps, 'a', 'd')
  expect(await runs()).toBe(2)
})

test('a second 401 is the answer', async () => {
  await using server = await startTestServer((_request, response) =>
    sendStatus(response, 401, 'Unauthorized', 'Unauthorized'),
  )
  const identity = { type: 'exec' as const, plugin: await plugin(numbered) }
  await using client = createKubeClient(server.connection(identity), { clock: createEagerClock(), random: () => 0.5 })
  await expect(client.get(configMaps, 'a', 'b')).rejects.toMatchObject({ code: 401 })
  expect(server.received).toHaveLength(2)
})

test('a token is kept until shortly before it expires', async () => {
  const clock = createEagerClock()
  const expirationTimestamp = new Date(clock.now() + 60_000).toISOString()
  const connection = connectionOf({
    identity: { type: 'exec', plugin: await plugin(`echo '${credential({ token: 'a', expirationTimestamp })}'`) },
  })
  const credentials = createCredentials(connection, clock)
  await Promise.all([credentials.current(), credentials.current()])
  await clock.advance(49_000)
  await credentials.current()
  expect(await runs()).toBe(1)
  await clock.advance(2_000)
  await credentials.current()
  expect(await runs()).toBe(2)
})

test('a plug-in sees its environment and, if it wants, the cluster', async () => {
  const script = `token="$REGION $(printf %s "$KUBERNETES_EXEC_INFO" | tr -d '"')"
echo "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{\\"token\\":\\"$token $1\\"}}"`
  const options = {
    env: [{ name: 'REGION', value: 'here' }],
    args: ['arg'],
    provideClusterInfo: true,
    config: { a: 1 },
  }
  const connection = connectionOf({ identity: { type: 'exec', plugin: await plugin(script, options) } })
  const { authorization } = await createCredentials(connection, createEagerClock()).current()
  expect(authorization).toBe(
    'Bearer here {kind:ExecCredential,apiVersion:client.authentication.k8s.io/v1,spec:{interactive:false,cluster:{server:https://127.0.0.1:6443,config:{a:1}}}} arg',
  )
})

test('a client certificate from a plug-in is used for the connection', async () => {
  const certificate = createTestCertificate('api')
  const status = { clientCertificateData: certificate.cert, clientKeyData: certificate.key }
  const identity = { type: 'exec' as const, plugin: await plugin(`cat <<'END'\n${credential(status)}\nEND`) }
  await using server = await startTestServer((_request, response) => sendJson(response, 200, {}), certificate)
  await using client = createKubeClient(server.connection(identity), { clock: createEagerClock(), random: () => 0.5 })
  await client.get(configMaps, 'a', 'b')
  expect(server.received[0]?.headers.authorization).toBeUndefined()
  expect(server.clientNames).toEqual(['api'])
})

const failing = [
  { script: 'echo no login >&2; exit 3', says: 'ended with exit code 3: no login', reason: 'its own words help' },
  { script: 'echo "token: hunter2"', says: 'did not print JSON', reason: 'the output may be the token' },
  { script: `echo '{"kind":"Pod"}'`, says: 'did not print an ExecCredential', reason: 'something else' },
  { script: `echo '${credential({})}'`, says: 'gave neither a token nor a certificate', reason: 'empty' },
  {
    script: `echo '${credential({ clientCertificateData: 'x' })}'`,
    says: 'gave a certificate without its key',
    reason: 'half',
  },
  {
    script: `echo '${credential({ token: 'hunter2', expirationTimestamp: 'soon' })}'`,
    says: 'is not a time',
    reason: 'unusable expiry',
  },
  {
    script: `echo '${credential({ token: 'hunter2' }).replace('/v1"', '/v1beta1"')}'`,
    says: 'answered in version',
    reason: 'versions must agree',
  },
]

for (const { script, says, reason } of failing) {
  test(`a plug-in fails: ${says} (${reason})`, async () => {
    const connection = connectionOf({ identity: { type: 'exec', plugin: await plugin(script) } })
    const error = await Promise.resolve(createCredentials(connection, createEagerClock()).current()).catch(
      (reason: unknown) => reason,
    )
    expect(String(error)).toContain(says)
    expect(String(error)).toContain('of test')
    expect(String(error)).not.toContain('hunter2')
  })
}

test('a plug-in that is not installed shows its hint; one that needs a terminal is not started', async () => {
  const base = await plugin('', { command: 'no-such-credential-plugin', installHint: 'Install it with X.' })
  const current = (more: Partial<ExecPlugin>) =>
    Promise.resolve(
      createCredentials(
        connectionOf({ identity: { type: 'exec', plugin: { ...base, ...more } } }),
        createEagerClock(),
      ).current(),
    )
  await expect(current({})).rejects.toThrow('no-such-credential-plugin of test is not installed: Install it with X.')
  await expect(current({ interactiveMode: 'Always' })).rejects.toThrow('needs a terminal')
})

test('a token file is read again after a minute, and at once after a 401', async () => {
  const path = join(folder, 'token')
  const clock = createEagerClock()
  const credentials = createCredentials(connectionOf({ identity: { type: 'tokenFile', path } }), clock)
  await writeFile(path, 'one\n')
  const first = await credentials.current()
  await writeFile(path, 'two\n')
  expect((await credentials.current()).authorization).toBe('Bearer one')
  await clock.advance(61_000)
  expect((await credentials.current()).authorization).toBe('Bearer two')
  await writeFile(path, 'three\n')
  expect(credentials.reject(first)).toBe(true)
  expect((await credentials.current()).authorization).toBe('Bearer two')
  credentials.reject(await credentials.current())
  expect((await credentials.current()).authorization).toBe('Bearer three')
  await rm(path)
  credentials.reject(await credentials.current())
  await expect(credentials.current()).rejects.toThrow('cannot be read')
})

test('a fixed token cannot be renewed', async () => {
  const credentials = createCredentials(connectionOf({ identity: { type: 'token', token: 'a' } }), createEagerClock())
  expect(credentials.reject(await credentials.current())).toBe(false)
  const basic = createCredentials(
    connectionOf({ identity: { type: 'basic', username: 'u', password: 'p' } }),
    createEagerClock(),
  )
  expect((await basic.current()).authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`)
})
