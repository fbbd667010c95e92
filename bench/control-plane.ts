/**
 * `npm run bench:cluster`: what requests cost on a real API server (time, requests per second, CPU of kube-apiserver and etcd), next to the sandbox.
 * Halcyon's own figures are judged against these. Prints a table and JSON. Effects: starts a control plane.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiResource, KubeClient } from '../src/kube/client.ts'
import type { Connection } from '../src/kube/connection.ts'
import { createKubeClient } from '../src/kube/http-client.ts'
import { loadConnection } from '../src/kube/kubeconfig.ts'
import { systemClock } from '../src/runtime/clock.ts'
import { startRealCluster } from '../test/support/cluster/real-cluster.ts'
import { deployment } from './deployment.ts'
import { cpuMs, start, until } from './process.ts'

const concurrencies = [1, 8, 32]
const requests = 400
const fieldManager = 'bench'

type Row = Record<string, number | string>

/** A pid by name, where the server is ours to look at. */
type Processes = Readonly<Record<string, number>>

const rows: Row[] = []
{
  await using cluster = await startRealCluster({ controllers: false, progress: (line) => console.error(line) })
  const pids = Object.fromEntries(cluster.components.map((component) => [component.name, component.pid]))
  const server = pids['kube-apiserver']
  const etcd = pids['etcd']
  rows.push(
    ...(await measure('control plane', cluster.connection, {
      ...(server === undefined ? {} : { server }),
      ...(etcd === undefined ? {} : { etcd }),
    })),
  )
}
{
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
  try {
    const kubeconfig = join(directory, 'kubeconfig')
    await using sandbox = start(['sandbox', '--port', '0', '--kubeconfig-out', kubeconfig, '--data', directory])
    const connection = await until('the sandbox', sandbox, () =>
      loadConnection({ path: kubeconfig, env: {}, home: directory }),
    )
    rows.push(...(await measure('sandbox', connection, { server: sandbox.pid })))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
console.table(rows)
console.log(JSON.stringify(rows))

async function measure(name: string, connection: Connection, processes: Processes): Promise<Row[]> {
  const result: Row[] = []
  await using client = createKubeClient(connection, { clock: systemClock, random: Math.random, concurrency: 32 })
  const deployments = (await client.discovery()).resource({ group: 'apps', kind: 'Deployment' })
  if (deployments === undefined) throw new Error(`Cannot measure ${name}: it serves no Deployments`)
  // Connections, TLS and the server's caches are warm before anything counts.
  await run(32, async (index) => client.apply(deployments, deployment(`warm-${index % 50}`, 'a'), { fieldManager }))
  for (const concurrency of concurrencies) {
    for (const [operation, work] of operations(client, deployments, concurrency)) {
      const before = cpuOf(processes)
      const began = performance.now()
      await run(concurrency, work)
      const seconds = (performance.now() - began) / 1000
      const after = cpuOf(processes)
      result.push({
        server: name,
        operation,
        concurrency,
        'requests/s': Math.round(requests / seconds),
        'ms each': round((seconds * 1000 * concurrency) / requests),
        'server CPU ms': perRequest(before['server'], after['server']),
        'etcd CPU ms': perRequest(before['etcd'], after['etcd']),
      })
    }
  }
  return result
}

function operations(
  client: KubeClient,
  resource: ApiResource,
  concurrency: number,
): [string, (index: number) => Promise<unknown>][] {
  const name = (index: number) => `web-${concurrency}-${index}`
  const apply = (image: string, dryRun: boolean) => (index: number) =>
    client.apply(resource, deployment(name(index), image), { fieldManager, force: true, dryRun })
  return [
    ['create (apply)', apply('v1', false)],
    ['changing apply', apply('v2', false)],
    ['unchanged apply', apply('v2', false)],
    ['dry-run apply', apply('v3', true)],
    ['get', (index) => client.get(resource, 'default', name(index))],
  ]
}

/** `requests` calls, so many at a time. */
async function run(concurrency: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < requests) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

function cpuOf(processes: Processes): Record<string, number> {
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuMs(pid)]))
}

function perRequest(before: number | undefined, after: number | undefined): number | string {
  return before === undefined || after === undefined ? '-' : round((after - before) / requests)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
