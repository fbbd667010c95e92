/** Argo CD cluster Secrets. */
import { expect, test } from 'vitest'
import { ClusterSecretError, readClusterSecret } from './cluster-secret.ts'
import type { KubeObject } from './object.ts'

function secret(config: unknown, more: Record<string, string> = {}): KubeObject {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  const data = Object.entries({ name: 'prod', server: 'https://prod:6443/', config: text, ...more })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'c', namespace: 'argocd' },
    data: Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  }
}

const pem = '-----BEGIN CERTIFICATE-----\n...'
const pemData = Buffer.from(pem).toString('base64')

test('a bearer token and an authority', () => {
  const config = { bearerToken: 'hunter2', tlsClientConfig: { caData: pemData, serverName: 'api' } }
  const { connection, namespaces, clusterResources } = readClusterSecret(
    secret(config, { namespaces: 'a, b', clusterResources: 'true' }),
  )
  expect(connection).toMatchObject({
    name: 'prod',
    server: 'https://prod:6443',
    identity: { type: 'token', token: 'hunter2' },
    tls: { ca: pem, serverName: 'api', insecure: false, client: undefined },
  })
  expect(namespaces).toEqual(['a', 'b'])
  expect(clusterResources).toBe(true)
  expect(JSON.stringify(connection)).not.toContain('hunter2')
})

test('client certificate, user and password, exec provider', () => {
  const tls = { insecure: true, certData: pemData, keyData: pemData }
  expect(readClusterSecret(secret({ tlsClientConfig: tls })).connection).toMatchObject({
    tls: { insecure: true, client: { cert: pem, key: pem } },
    identity: { type: 'none' },
  })
  expect(readClusterSecret(secret({ username: 'u', password: 'p' })).connection.identity).toEqual({
    type: 'basic',
    username: 'u',
    password: 'p',
  })
  const exec = {
    command: 'aws',
    args: ['eks', 'get-token'],
    env: { REGION: 'x' },
    apiVersion: 'client.authentication.k8s.io/v1beta1',
  }
  expect(readClusterSecret(secret({ execProviderConfig: exec })).connection.identity).toMatchObject({
    type: 'exec',
    plugin: { command: 'aws', args: ['eks', 'get-token'], env: [{ name: 'REGION', value: 'x' }] },
  })
})

test('a Secret rendered from Git with stringData, and without a name', () => {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'c' },
    stringData: { server: 'https://x' },
  }
  expect(readClusterSecret(object).connection).toMatchObject({ name: 'https://x', identity: { type: 'none' } })
})

const wrong = [
  {
    config: { awsAuthConfig: { clusterName: 'x' } },
    says: 'awsAuthConfig is not supported',
    reason: 'needs an AWS client',
  },
  {
    config: '{"bearerToken": hunter2}',
    says: '"config" is not a JSON object',
    reason: 'the parser would quote the token',
  },
  {
    config: { tlsClientConfig: { certData: pemData } },
    says: 'needs both certData and keyData',
    reason: 'half a certificate',
  },
  {
    config: { tlsClientConfig: { caData: pemData, insecure: true } },
    says: 'sets both caData and insecure',
    reason: 'which one?',
  },
  {
    config: { execProviderConfig: { command: 'x', apiVersion: 'v0' } },
    says: 'apiVersion "v0"',
    reason: 'unknown protocol',
  },
  { config: { execProviderConfig: {} }, says: 'has no command', reason: 'nothing to run' },
]

for (const { config, says, reason } of wrong) {
  test(`refused: ${says} (${reason})`, () => {
    expect(() => readClusterSecret(secret(config))).toThrow(ClusterSecretError)
    expect(() => readClusterSecret(secret(config))).toThrow(`Cannot read cluster Secret argocd/c: `)
    expect(() => readClusterSecret(secret(config))).toThrow(says)
    expect(() => readClusterSecret(secret(config))).not.toThrow('hunter2')
  })
}
