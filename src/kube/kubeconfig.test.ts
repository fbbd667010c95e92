/** Kubeconfig files as kubectl reads them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inClusterConnection } from './in-cluster.ts'
import { KubeconfigError, loadConnection, loadKubeconfig } from './kubeconfig.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rm(home, { recursive: true }))

async function write(path: string, text: string): Promise<string> {
  const full = join(home, path)
  await mkdir(join(full, '..'), { recursive: true })
  await writeFile(full, text)
  return full
}

interface Parts {
  cluster?: string
  user?: string
  context?: string
  current?: string
}

/** One context `a` of cluster `c` and user `u`, with these lines (YAML flow) inside. */
function kubeconfig({ cluster = '', user = '', context = '', current = 'a' }: Parts = {}): string {
  return `apiVersion: v1
kind: Config
current-context: ${current}
clusters:
- name: c
  cluster: {server: "https://api:6443/"${cluster && `, ${cluster}`}}
users:
- name: u
  user: {${user}}
contexts:
- name: a
  context: {cluster: c, user: u${context && `, ${context}`}}
- name: b
  context: {cluster: gone, user: u}
`
}

async function load(parts: Parts, context?: string) {
  const path = await write('config', kubeconfig(parts))
  return loadConnection({ path, context, env: {}, home })
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KubeconfigError)
  return (error as Error).message.replaceAll(home, '~')
}

const users = [
  { user: 'token: t', identity: { type: 'token', token: 't' }, reason: 'a token' },
  {
    user: 'username: joe, password: p',
    identity: { type: 'basic', username: 'joe', password: 'p' },
    reason: 'user and password',
  },
  { user: 'token: t, username: joe', identity: { type: 'token', token: 't' }, reason: 'a token beats a user name' },
  { user: 'token: ""', identity: { type: 'none' }, reason: 'an empty token is no token' },
  { user: '', identity: { type: 'none' }, reason: 'anonymous' },
]

for (const { user, identity, reason } of users) {
  test(`user {${user}}: ${reason}`, async () => expect((await load({ user })).identity).toEqual(identity))
}

test('context: name, server without its last slash, namespace', async () => {
  expect(await load({ context: 'namespace: shop' })).toMatchObject({
    name: 'a',
    server: 'https://api:6443',
    namespace: 'shop',
  })
  expect((await load({})).namespace).toBe('default')
})

test('data wins over files; relative files start at the folder of the kubeconfig', async () => {
  await write('dir/ca.pem', 'CA')
  await write('dir/cert.pem', 'CERT')
  await write('dir/key.pem', 'KEY')
  const path = await write(
    'dir/config',
    kubeconfig({
      cluster: 'certificate-authority: ca.pem, tls-server-name: name, proxy-url: "http://proxy:1"',
      user: `client-certificate: cert.pem, client-key: gone.pem, client-key-data: ${btoa('KEY2')}, tokenFile: token`,
    }),
  )
  const connection = await loadConnection({ path, env: {}, home })
  expect(connection.tls).toEqual({
    ca: 'CA',
    insecure: false,
    serverName: 'name',
    client: { cert: 'CERT', key: 'KEY2' },
  })
  expect(connection.proxyUrl).toBe('http://proxy:1')
  expect(connection.identity).toEqual({ type: 'tokenFile', path: join(home, 'dir', 'token') })
})

test('an exec plug-in with the configuration of its cluster', async () => {
  const connection = await load({
    cluster: 'extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]',
    user: 'exec: {apiVersion: client.authentication.k8s.io/v1, command: ./get-token, args: [-i, 7], env: [{name: A, value: b}], interactiveMode: Never, provideClusterInfo: true}',
  })
  expect(connection.identity).toEqual({
    type: 'exec',
    plugin: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: join(home, 'get-token'),
      args: ['-i', '7'],
      env: [{ name: 'A', value: 'b' }],
      installHint: '',
      provideClusterInfo: true,
      interactiveMode: 'Never',
      config: { audience: 'x' },
    },
  })
})

const wrong = [
  {
    parts: {},
    context: 'x',
    says: 'Cannot load kubeconfig ~/config: context "x" does not exist; there are: a, b',
    reason: 'a typing error',
  },
  { parts: { current: '""' }, says: 'no current-context is set; there are: a, b', reason: 'nothing chosen' },
  {
    parts: {},
    context: 'b',
    says: 'context "b" names cluster "gone", which does not exist',
    reason: 'a dangling name',
  },
  {
    parts: { user: 'client-certificate: no.pem' },
    says: 'the client-certificate of user "u", ~/no.pem, cannot be read (ENOENT)',
    reason: 'a missing file',
  },
  {
    parts: { user: `client-key-data: ${btoa('hunter2')}` },
    says: 'user "u" has a client key without a certificate',
    reason: 'half a certificate',
  },
  {
    parts: { cluster: `insecure-skip-tls-verify: true, certificate-authority-data: ${btoa('x')}` },
    says: 'sets both',
    reason: 'which one?',
  },
  { parts: { cluster: 'proxy-url: "ftp://x"' }, says: 'the proxy-url of cluster "c" is not', reason: 'an odd proxy' },
  {
    parts: { user: 'auth-provider: {name: gcp}' },
    says: 'uses auth-provider, which Kubernetes has removed',
    reason: 'old files',
  },
  {
    parts: { user: 'exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}' },
    says: 'v1 and v1beta1 are supported',
    reason: 'old plug-ins',
  },
  {
    parts: { user: 'token: 0123456789' },
    says: '"token" of "u" is a number, not text; put it in quotes',
    reason: 'YAML reads digits as a number',
  },
  {
    parts: { user: 'username: n' },
    says: '"username" of "u" is a boolean, not text; put it in quotes',
    reason: 'YAML 1.1 reads n as false',
  },
  {
    parts: { user: 'token: "hunter2' },
    says: 'it is not valid YAML (line',
    reason: 'broken, and must not quote the token',
  },
]

for (const { parts, context, says, reason } of wrong) {
  test(`refused: ${says} (${reason})`, async () => {
    const message = await messageOf(load(parts, context))
    expect(message).toContain(says)
    expect(message).toContain('Cannot load kubeconfig ~/config: ')
    expect(message).not.toContain('hunter2')
  })
}

test('KUBECONFIG is a list: the first to name a thing wins, files that do not exist are passed over', async () => {
  const one = await write(
    'one',
    'contexts: [{name: x, context: {cluster: c, user: mine}}]\nusers: [{name: mine, user: {token: first}}]\n',
  )
  const two = await write('two', `${kubeconfig({ current: 'x' })}- name: x\n  context: {cluster: c, user: u}\n`)
  const env = { KUBECONFIG: ['', one, join(home, 'gone'), two].join(delimiter) }
  const loaded = await loadKubeconfig({ env, home })
  expect(loaded.contexts).toEqual(['x', 'a', 'b'])
  expect(loaded.currentContext).toBe('x')
  expect(await loaded.connection()).toMatchObject({ server: 'https://api:6443', identity: { token: 'first' } })
})

test('--kubeconfig beats KUBECONFIG, which beats the home directory', async () => {
  await write('.kube/config', kubeconfig({ context: 'namespace: from-home' }))
  const listed = await write('listed', kubeconfig({ context: 'namespace: from-list' }))
  const path = await write('explicit', kubeconfig({ context: 'namespace: from-flag' }))
  const namespaceOf = async (env: Record<string, string>, explicit?: string) =>
    (await loadConnection({ path: explicit, env, home })).namespace
  expect(await namespaceOf({})).toBe('from-home')
  expect(await namespaceOf({ KUBECONFIG: listed })).toBe('from-list')
  expect(await namespaceOf({ KUBECONFIG: listed }, path)).toBe('from-flag')
})

test('no file at all is an error that says where it looked, even in a pod when a file was asked for', async () => {
  expect(await messageOf(loadConnection({ env: {}, home }))).toBe(
    'Cannot load kubeconfig ~/.kube/config: the file does not exist',
  )
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
  expect(await messageOf(loadConnection({ path: join(home, 'gone'), env, home }))).toContain(
    '~/gone: the file does not exist',
  )
})

test("inside a pod the service account's files are used", async () => {
  await write('sa/ca.crt', 'CA')
  await write('sa/namespace', 'shop\n')
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
  expect(await inClusterConnection(env, join(home, 'sa'))).toMatchObject({
    server: 'https://[fd00::1]:443',
    namespace: 'shop',
    tls: { ca: 'CA' },
    identity: { type: 'tokenFile', path: join(home, 'sa', 'token') },
  })
  expect(await messageOf(inClusterConnection(env, join(home, 'gone')))).toContain(
    "the service account's ca.crt cannot be read",
  )
})

test('proxies of the environment count where the file names none', async () => {
  const path = await write('config', kubeconfig())
  expect((await loadConnection({ path, env: { HTTPS_PROXY: 'proxy:1' }, home })).proxyUrl).toBe('http://proxy:1')
})
