/**
 * `npm run bench:sandbox`: what the sandbox costs when it is full: applies, a list of 10,000 objects, a change that ten watch, memory. With `--real` the
 * same on a real API server first. Prints a table and JSON. Effects: starts servers.
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
import { cpuMs, memoryOf, start, until } from './process.ts'

const objects = 10_000
const watchers = 10
const watched = 500
const concurrency = 16
const fieldManager = 'bench'

type Row = Record<string, number | string>

const rows: Row[] = []
if (process.argv.includes('--real')) {
  await using cluster = await startRealCluster({ controllers: false, progress: (line) => console.error(line) })
  const server = cluster.components.find((component) => component.name === 'kube-apiserver')
  if (server === undefined)
    throw new Error('Cannot measure the real control plane: its kube-apiserver is not of this machine')
  rows.push(...(await measure('kube-apiserver', cluster.connection, server.pid)))
}
const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
try {
  const kubeconfig = join(directory, 'kubeconfig')
  await using sandbox = start(['sandbox', '--port', '0', '--kubeconfig-out', kubeconfig, '--data', directory])
  const connection = await until('the sandbox', sandbox, () =>
    loadConnection({ path: kubeconfig, env: {}, home: directory }),
  )
  rows.push(...(await measure('sandbox', connection, sandbox.pid)))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
console.table(rows)
console.log(JSON.stringify(rows))

async function measure(server: string, connection: Connection, pid: number): Promise<Row[]> {
  await using client = createKubeClient(connection, { clock: systemClock, random: Math.random, concurrency: 64 })
  const deployments = (await client.discovery()).resource({ group: 'apps', kind: 'Deployment' })
  if (deployments === undefined) throw new Error(`Cannot measure ${server}: it serves no Deployments`)
  const result: Row[] = []
  const step = async (what: string, count: number, work: () => Promise<unknown>) => {
    const before = cpuMs(pid)
    const began = performance.now()
    await work()
    const elapsed = performance.now() - began
    const cpu = cpuMs(pid) - before
    result.push({ server, what, count, 'ms in all': Math.round(elapsed), 'server CPU ms each': round(cpu / count) })
  }
  const apply = (image: string) => (index: number) =>
    client.apply(deployments, deployment(`web-${index}`, image), { fieldManager, force: true })

  await many(500, apply('warm'))
  const empty = memoryOf(pid).rss
  await step('apply, new', objects, () => many(objects, apply('v1'), 500))
  const full = memoryOf(pid).rss
  await step('apply, changed', 2_000, () => many(2_000, apply('v2')))
  await step('apply, unchanged', 2_000, () => many(2_000, apply('v2')))
  await step('list, pages of 500', objects, () => list(client, deployments, 500))
  await step('list, one page', objects, () => list(client, deployments, 0))
  await step(`events of ${watchers} watches`, watchers * watched, () => fanOut(client, deployments))
  result.push({ server, what: 'MiB per 1,000 objects', count: round(((full - empty) * 1_000) / objects) })
  return result
}

/** So many calls, some at a time. */
async function many(count: number, work: (index: number) => Promise<unknown>, from = 0): Promise<void> {
  let next = from
  const worker = async () => {
    while (next < from + count) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

async function list(client: KubeClient, resource: ApiResource, pageSize: number): Promise<string> {
  let found = 0
  let version = ''
  for await (const page of client.list(resource, { namespace: 'default', pageSize })) {
    found += page.items.length
    version = page.resourceVersion
  }
  if (found < objects) throw new Error(`Cannot list ${objects} objects: ${found} came`)
  return version
}

/** Every watch sees every change, until each has seen the last. */
async function fanOut(client: KubeClient, resource: ApiResource): Promise<void> {
  const [page] = await Array.fromAsync(client.list(resource, { namespace: 'default', labelSelector: 'app=web-0' }))
  const resourceVersion = page?.resourceVersion ?? ''
  const abort = new AbortController()
  const watches = Array.from({ length: watchers }, async () => {
    let seen = 0
    for await (const { type } of client.watch(resource, { namespace: 'default', resourceVersion }, abort.signal)) {
      if (type !== 'BOOKMARK' && ++seen === watched) return
    }
    throw new Error(`Cannot watch ${watched} changes: the watch ended after ${seen}`)
  })
  await many(watched, (index) =>
    client.apply(resource, deployment(`web-${index}`, 'v3'), { fieldManager, force: true }),
  )
  await Promise.all(watches)
  abort.abort()
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
