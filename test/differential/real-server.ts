/** A real API server without controllers to compare with: a control plane of our own, or the one that the environment names. Effects. */
import { readFile } from 'node:fs/promises'
import { parseYaml } from '../../src/kube/yaml.ts'
import { type Data, isData } from './data.ts'
import { connect, type Server } from './server.ts'

interface RealCluster extends AsyncDisposable {
  readonly kubeconfig: string
}

/** DIFFERENTIAL_KUBECONFIG: a disposable API server that runs no controllers. Default: one of test/support/cluster. */
export async function startRealServer(): Promise<Server> {
  const given = process.env['DIFFERENTIAL_KUBECONFIG']
  if (given !== undefined && given !== '') return connectTo(given, undefined)
  const url = new URL('../support/cluster/real-cluster.ts', import.meta.url)
  const module = (await import(url.href)) as {
    startRealCluster(options: { controllers: boolean }): Promise<RealCluster>
  }
  const cluster = await module.startRealCluster({ controllers: false })
  return connectTo(cluster.kubeconfig, cluster)
}

async function connectTo(kubeconfig: string, cluster: RealCluster | undefined): Promise<Server> {
  const config = parseYaml(await readFile(kubeconfig, 'utf8')).documents[0]?.value
  const server = entry(config, 'clusters', 'cluster')
  const user = entry(config, 'users', 'user')
  const connection = connect({
    name: 'real',
    url: String(server['server']),
    token: typeof user['token'] === 'string' ? user['token'] : undefined,
    ca: decoded(server['certificate-authority-data']),
    insecure: server['insecure-skip-tls-verify'] === true,
    certificate:
      user['client-certificate-data'] === undefined
        ? undefined
        : { cert: decoded(user['client-certificate-data']) ?? '', key: decoded(user['client-key-data']) ?? '' },
  })
  return {
    ...connection,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]()
      await cluster?.[Symbol.asyncDispose]()
    },
  }
}

/** The first entry: these kubeconfigs are made for one test and hold one. */
function entry(config: unknown, list: string, field: string): Data {
  const entries = isData(config) && Array.isArray(config[list]) ? (config[list] as unknown[]) : []
  const [first] = entries
  const value = isData(first) ? first[field] : undefined
  if (!isData(value)) throw new Error(`Cannot read the kubeconfig: it has no ${field}`)
  return value
}

function decoded(data: unknown): string | undefined {
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : undefined
}
