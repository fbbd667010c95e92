import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gitAccess } from './git-access.ts'
import { accessTo, readRepositorySecret } from './repository-access.ts'

const secret = (stringData: Record<string, string>, type = 'repository') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': type } },
  stringData,
})
const repository = (data: Record<string, string>) => readRepositorySecret(secret(data))
const template = (data: Record<string, string>) => readRepositorySecret(secret(data, 'repo-creds'))

describe('which Secret is for a URL', () => {
  const known = [
    template({ url: 'https://git.example', password: 'host' }),
    template({ url: 'https://git.example/team', password: 'team' }),
    template({ url: 'git@git.example:team', sshPrivateKey: 'key' }),
    template({ url: 'registry.example/charts', username: 'u', password: 'charts' }),
    repository({ url: 'https://git.example/team/own.git', password: 'own' }),
    repository({ url: 'https://git.example/team/flags', insecure: 'true', proxy: 'http://proxy:1' }),
  ]

  test.each([
    { url: 'https://git.example/team/own', want: 'own', reason: 'its own, in another spelling' },
    { url: 'https://GIT.example/team/web.git', want: 'team', reason: 'the longest prefix' },
    { url: 'https://git.example/team-b/web', want: 'host', reason: 'a prefix ends where a part ends' },
    { url: 'https://git.example.evil/team/web', want: undefined, reason: 'another host' },
    { url: 'http://git.example/team/web', want: undefined, reason: 'another scheme' },
    { url: 'oci://registry.example/charts', want: 'charts', reason: 'a registry with its scheme' },
    { url: 'registry.example/charts/web', want: 'charts', reason: 'a registry without it' },
    {
      url: 'https://git.example/team/flags',
      want: 'team',
      reason: 'a repository without credentials takes the template',
    },
  ])('$url: $reason', ({ url, want }) => {
    expect(accessTo(url, known)?.password).toBe(want)
  })

  test('flags of the repository stay when the credentials are those of a template', () => {
    expect(accessTo('https://git.example/team/flags', known)).toMatchObject({ insecure: true, proxy: 'http://proxy:1' })
  })

  test('both spellings of ssh are one', () => {
    expect(accessTo('ssh://git@git.example/team/web.git', known)?.sshPrivateKey).toBe('key')
  })
})

test.each([
  { data: { password: 'sesame' }, message: 'it has no "url"' },
  {
    data: { url: 'https://a', githubAppPrivateKey: 'sesame' },
    message: 'signing in as a GitHub App (githubAppPrivateKey) is not supported',
  },
  { data: { url: 'https://a', tlsClientKey: 'x', tlsClientCertKey: 'sesame' }, message: 'it needs both' },
  { data: { url: 'https://a', bearerToken: 'sesame\nX: y' }, message: '"bearerToken" has more than one line' },
])('a Secret that cannot be used is named, and nothing in it: $message', ({ data, message }) => {
  expect(() => readRepositorySecret(secret(data as Record<string, string>))).toThrow(message)
  expect(() => readRepositorySecret(secret(data as Record<string, string>))).not.toThrow(/sesame/)
})

test('keys lie in files that only we can read, and are gone afterwards', async () => {
  const access = repository({ url: 'git@git.example:a', sshPrivateKey: 'KEY' })
  let file: string
  {
    await using prepared = await gitAccess('git@git.example:a', access)
    const command = prepared.environment['GIT_SSH_COMMAND'] ?? ''
    file = /-i (\S+)/.exec(command)?.[1] ?? ''
    expect(command).toContain('StrictHostKeyChecking=yes')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
  }
  expect(existsSync(dirname(file))).toBe(false)
})

test('what is for one host is told to that host alone', async () => {
  const access = repository({
    url: 'https://git.example/a',
    bearerToken: 'token',
    insecure: 'true',
    tlsClientCertData: 'C',
    tlsClientCertKey: 'K',
    proxy: 'http://proxy:1',
    noProxy: 'localhost',
  })
  await using prepared = await gitAccess('https://me@git.example/a', access)
  expect(prepared.config.map(([key]) => key)).toEqual(
    ['extraHeader', 'sslVerify', 'sslCert', 'sslKey', 'proxy'].map((key) => `http.https://git.example/.${key}`),
  )
  expect(prepared.config[0]?.[1]).toBe('Authorization: Bearer token')
  expect(prepared.environment).toEqual({ NO_PROXY: 'localhost' })
})
