/** kube-apiserver on loopback, with one administrator's token. Effects. */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { type Component, startComponent } from './component.ts'
import type { Surroundings } from './surroundings.ts'

/** `ready` means /readyz: every start hook has run, so the built-in roles and priority classes exist. */
export function startApiServer(around: Surroundings, ports: { server: number; etcd: number }): Promise<Component> {
  const { certificates, token } = around.identity
  const files = {
    certificate: write(around, 'server.crt', certificates.certificatePem),
    key: write(around, 'server.key', certificates.keyPem),
    tokens: write(around, 'tokens.csv', `${token},admin,admin,"system:masters"\n`),
    serviceAccounts: serviceAccountKey(around),
  }
  return startComponent({
    name: 'kube-apiserver',
    binary: around.binaries['kube-apiserver'],
    logs: around.logs,
    signal: around.signal,
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.server}`,
      `--tls-cert-file=${files.certificate}`,
      `--tls-private-key-file=${files.key}`,
      `--token-auth-file=${files.tokens}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${files.serviceAccounts}`,
      `--service-account-signing-key-file=${files.serviceAccounts}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      // A loopback address may not be an endpoint of the `kubernetes` Service.
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      '--profiling=false',
      // Ends watches as a real server does when it is told to stop, without a minute of waiting.
      '--shutdown-delay-duration=0s',
    ],
    ready: () => isReady(ports.server, certificates.caPem),
  })
}

export function serviceAccountKeyFile(around: Surroundings): string {
  return join(around.directory, 'service-accounts.key')
}

function serviceAccountKey(around: Surroundings): string {
  const path = serviceAccountKeyFile(around)
  if (existsSync(path)) return path
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return write(around, 'service-accounts.key', privateKey.export({ format: 'pem', type: 'pkcs1' }).toString())
}

function write(around: Surroundings, name: string, text: string): string {
  const path = join(around.directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

function isReady(port: number, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/readyz', ca, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('error', reject)
    asked.end()
  })
}
