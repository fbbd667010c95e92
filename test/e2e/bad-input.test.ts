/** Everything a person can get wrong, through the real command: one clear line each, and what is right goes on. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createRepository, startGitServer } from '../support/git-server.ts'
import { runHalcyon } from '../support/halcyon-process.ts'
import { application, configMap } from '../support/manifests.ts'
import { startCluster, temporaryDirectory } from '../support/start-system.ts'

interface Once {
  readonly applications: readonly { name: string; sync: string; health: string; reason: string; message: string }[]
  readonly requests: { readonly mutating: number }
}

/** An Application per kind of mistake: its path or repository, and what it has to say. */
const mistakes = [
  { name: 'yaml', reason: 'ManifestInvalid', says: /^Cannot read yaml\/a\.yaml:5: unexpected end of the stream/ },
  {
    name: 'chart',
    reason: 'RenderFailed',
    says: /^Cannot render chart: helm: execution error at \(c\/templates\/a\.yaml:1:6\): set the host$/,
  },
  {
    name: 'kustomization',
    reason: 'RenderFailed',
    says: /^Cannot render kustomization: kustomize: accumulating resources: .*'missing\.yaml'/,
  },
  { name: 'link', reason: 'PathRefused', says: /^Cannot read link\/x\.yaml: .*link to an absolute path$/ },
  {
    name: 'outside',
    path: '../x',
    reason: 'PathRefused',
    says: /^Cannot read \.\.\/x: the path leaves the repository$/,
  },
  {
    name: 'nowhere',
    path: 'nope',
    reason: 'PathNotFound',
    says: /^Cannot render nowhere: nope is not a directory at /,
  },
  {
    name: 'kind',
    reason: 'KindUnknown',
    says: /^Cannot sync kind: \S+ does not serve kind Gadget \(example\.com\) of one; is its CRD installed\?$/,
  },
  {
    name: 'schema',
    reason: 'DryRunRefused',
    says: /^Cannot sync schema: Deployment default\/one in \S+: failed to create typed patch object .*\.spec\.replicas.*\(nothing was written\)$/,
  },
  {
    name: 'unknown-user',
    repository: 'locked',
    reason: 'RepositoryAccessDenied',
    says: /^Cannot fetch http:\/\/127\.0\.0\.1:\d+\/private\.git: it wants credentials and git has none for it; set up a credential helper or a token for this host$/,
  },
  {
    name: 'wrong-password',
    repository: 'wrong',
    reason: 'RepositoryAccessDenied',
    says: /^Cannot fetch http:\/\/u:\*\*\*@127\.0\.0\.1:\d+\/private\.git: Authentication failed for /,
  },
  {
    name: 'gone',
    repository: 'gone',
    reason: 'RepositoryUnavailable',
    says: /^Cannot fetch http:\/\/127\.0\.0\.1:\d+\/gone\.git: .*not found/,
  },
] as const

const files = {
  'good/a.yaml': configMap('good', 'x'),
  'yaml/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [unclosed\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'chart/templates/a.yaml': 'a: {{ required "set the host" .Values.host }}\n',
  'kustomization/kustomization.yaml': 'resources: [missing.yaml]\n',
  'link/x.yaml': { link: '/etc/passwd' },
  'kind/a.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: { name: one }\n',
  'schema/a.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: one }\nspec: { replicas: "many" }\n',
}

test('a fleet with every mistake: each application says its own, in one line, and the good one is delivered', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using locked = await startGitServer({ user: 'u', password: 'p' })
  const secret = await locked.createRepository({ 'k8s/a.yaml': configMap('secret', 'x') }, { name: 'private' })
  await using open = await startGitServer()
  const repository = await createRepository(directory.path, 'fleet', files)
  const urls = {
    locked: secret.url,
    wrong: secret.url.replace('//', '//u:not-the-password@'),
    gone: `${open.url}/gone.git`,
  }
  const apps = mistakes.map((mistake) => {
    const url = 'repository' in mistake ? urls[mistake.repository] : repository.path
    return application(mistake.name, url, 'path' in mistake ? mistake.path : mistake.name)
  })
  apps.push(application('good', repository.path, 'good'))
  await repository.commit({ 'apps/apps.yaml': apps.join('---\n') })
  const data = join(directory.path, 'data')
  const args = ['up', '--repo', repository.path, '--path', 'apps', '--kubeconfig', cluster.kubeconfig, '--data', data]
  // Nobody's credential helpers.
  const ended = await runHalcyon([...args, '--once', '-o', 'json'], {
    env: { HOME: directory.path, GIT_CONFIG_GLOBAL: '/dev/null' },
  })

  expect(ended.code).toBe(1)
  const { applications } = JSON.parse(ended.stdout) as Once
  const byName = new Map(applications.map((app) => [app.name, app]))
  expect(byName.get('good')).toMatchObject({ sync: 'Synced', health: 'Healthy', reason: '', message: '' })
  for (const { name, reason, says } of mistakes) {
    const said = byName.get(name)
    expect(said?.message).toMatch(says)
    expect(said?.message).not.toContain('\n')
    expect(said).toMatchObject({ reason })
  }
  expect(ended.stdout + ended.stderr).not.toContain('not-the-password')
})

test('a cluster that refuses: no credentials, and no right to list', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await createRepository(directory.path, 'fleet', files)
  const kubeconfig = parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
  for (const { user } of kubeconfig.users) user.token = 'not-the-token'
  const wrong = join(directory.path, 'wrong')
  writeFileSync(wrong, stringify(kubeconfig))
  const up = (name: string, file: string) =>
    runHalcyon(
      ['up', '--repo', repository.path, '--path', 'good', '--kubeconfig', file, '--once', '-o', 'json'].concat([
        '--data',
        join(directory.path, name),
      ]),
    )
  const refused = await up('one', wrong)
  expect(refused.code).toBe(1)
  expect((JSON.parse(refused.stdout) as Once).applications[0]).toMatchObject({
    reason: 'ClusterRefused',
    message: expect.stringMatching(
      /^Cannot open cluster \S+: the API server \S+ does not accept the credentials \(401/,
    ),
  })

  cluster.sandbox.intercept((request) =>
    request.path.endsWith('/configmaps') ? { status: 403, body: forbidden } : undefined,
  )
  const forbid = await up('two', cluster.kubeconfig)
  expect(forbid.code).toBe(1)
  expect((JSON.parse(forbid.stdout) as Once).applications[0]).toMatchObject({
    reason: 'ClusterRefused',
    message: expect.stringMatching(
      /^Cannot list objects in \S+: the API server \S+ forbids it: configmaps is forbidden/,
    ),
  })
  expect((JSON.parse(forbid.stdout) as Once).requests.mutating).toBe(0)
})

const forbidden = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code: 403,
  reason: 'Forbidden',
  message: 'configmaps is forbidden: User "x" cannot list resource "configmaps" in API group ""',
}

test('what is wrong before anything runs is one line on stderr and exit code 2', async () => {
  using directory = temporaryDirectory()
  const repository = await createRepository(directory.path, 'fleet', files)
  await using taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  writeFileSync(join(directory.path, 'file'), '')
  writeFileSync(join(directory.path, 'garbage'), '{{{')
  const path = (name: string) => join(directory.path, name)
  const rows: { args: string[]; says: RegExp }[] = [
    {
      args: ['up', '--once', '--repo', repository.path, '--kubeconfig', path('garbage'), '--data', path('a')],
      says: /^Cannot load kubeconfig \S+: it is not valid YAML \(line 2\)$/m,
    },
    {
      args: ['up', '--once', '--repo', repository.path, '--listen', `127.0.0.1:${port}`, '--data', path('b')],
      says: /^Cannot listen on 127\.0\.0\.1:\d+: another process uses the port$/m,
    },
    {
      args: ['sandbox', '--port', String(port), '--data', path('c')],
      says: /^Cannot start the sandbox cluster: another process uses port \d+; give another one with --port$/m,
    },
    {
      args: ['up', '--once', '--repo', repository.path, '--data', path('file')],
      says: /^Cannot use data directory \S+: /m,
    },
    { args: ['sandbox', '--data', path('file')], says: /^Cannot /m },
  ]
  for (const { args, says } of rows) {
    const { code, stderr } = await runHalcyon(args)
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/defect|at file:|Error:/)
    expect(code).toBe(2)
  }
})
