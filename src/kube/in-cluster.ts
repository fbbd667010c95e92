/** The connection of a pod's own service account. Effect: reads files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Connection, concealing } from './connection.ts'
import { getString } from './fields.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import type { Environment } from './proxy.ts'

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/** True inside a pod that has a service account mounted in the usual way. */
export function isInCluster(env: Environment): boolean {
  return !!env['KUBERNETES_SERVICE_HOST'] && !!env['KUBERNETES_SERVICE_PORT']
}

/** Throws KubeconfigError when the files are not there. The token is read again as it is renewed. */
export async function inClusterConnection(env: Environment, directory = serviceAccountDirectory): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? ''
  const [ca, namespace] = await Promise.all([
    readServiceAccountFile(directory, 'ca.crt'),
    readServiceAccountFile(directory, 'namespace').catch(() => 'default'),
  ])
  return concealing({
    name: 'in-cluster',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim() || 'default',
    tls: { ca, insecure: false, serverName: undefined, client: undefined },
    proxyUrl: undefined,
    identity: { type: 'tokenFile', path: join(directory, 'token') },
  })
}

async function readServiceAccountFile(directory: string, name: string): Promise<string> {
  try {
    return await readFile(join(directory, name), 'utf8')
  } catch (error) {
    const detail = `the service account's ${name} cannot be read (${getString(error, 'code') ?? 'unknown error'})`
    throw new KubeconfigError(directory, detail, { cause: error })
  }
}
