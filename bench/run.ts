/** `npm run bench [-- 100 1000]`: the figures of docs/performance.md, measured from outside on this machine. Prints a table and JSON. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type HalcyonClient } from '../src/client/client.ts'
import { readServerFile } from '../src/client/discover.ts'
import { createKubeClient } from '../src/kube/http-client.ts'
import { loadConnection } from '../src/kube/kubeconfig.ts'
import { unpacked } from '../src/pipeline/render/tools.ts'
import { systemClock } from '../src/runtime/clock.ts'
import { generateFleet, nameOf, namespaceOf, workload } from './fleet.ts'
import { cpuMs, median, percentile, type Running, rssMiB, start, until } from './process.ts'

const sizes = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0)
const rows: Record<string, number | string>[] = []
const objectsPerApplication = 4

for (const size of sizes.length > 0 ? sizes : [100, 1_000]) rows.push(await measure(size))
console.table(Object.fromEntries(rows.map((row) => [`${row['applications']} applications`, row])))
const kubectl = await againstKubectl()
console.table(kubectl)
console.log(JSON.stringify({ fleets: rows, kubectl }))

async function allHealthy(client: HalcyonClient, wanted: number): Promise<true | undefined> {
  const status = await client.status()
  const well = (status.sync.Synced ?? 0) === status.applications && (status.health.Healthy ?? 0) === status.applications
  return status.applications === wanted && well ? true : undefined
}

async function clientOf(dataDir: string): Promise<HalcyonClient> {
  return createClient(await readServerFile(dataDir))
}

async function measure(size: number): Promise<Record<string, number | string>> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
  try {
    const fleet = await generateFleet(directory, size)
    const kubeconfig = join(directory, 'kubeconfig')
    await using sandbox = start([
      'sandbox',
      '--port',
      '0',
      '--kubeconfig-out',
      kubeconfig,
      '--data',
      join(directory, 'cluster'),
    ])
    const connection = await until('the sandbox', sandbox, () =>
      loadConnection({ path: kubeconfig, env: {}, home: directory }),
    )
    await using kube = createKubeClient(connection, { clock: systemClock, random: Math.random })
    await until('discovery', sandbox, () => kube.discovery())
    const dataDir = join(directory, 'data')
    const up = [
      'up',
      '--repo',
      fleet.bare,
      '--path',
      'apps',
      '--kubeconfig',
      kubeconfig,
      '--data',
      dataDir,
      '--listen',
      '127.0.0.1:0',
    ]
    const row: Record<string, number | string> = { applications: size }
    {
      const began = performance.now()
      await using running = start(up)
      const client = await until('the API', running, () => clientOf(dataDir))
      await until('cold sync', running, () => allHealthy(client, size + 1))
      const seconds = (performance.now() - began) / 1000
      const { requests } = (await client.status()).statistics
      row['cold s'] = round(seconds)
      row['apps/s'] = round(size / seconds)
      row['writes/object'] = round(requests.mutating / (size * objectsPerApplication))
      row['other/app'] = round(requests.other / size)
      Object.assign(row, await commits(fleet, kube, client, running))
      Object.assign(row, await noOp(client, running, size))
      // Long enough for the collection that follows a burst of work.
      await new Promise((resolve) => setTimeout(resolve, 12_000))
      row['RSS MiB idle'] = round(rssMiB(running.pid))
    }
    const began = performance.now()
    await using running = start(up)
    const client = await until('the API', running, () => clientOf(dataDir))
    await until('everything looked at again', running, async () => {
      const views = await client.applications()
      const fresh = views.every((view) => Date.parse(view.observedAt) > Date.now() - (performance.now() - began))
      return fresh && (await allHealthy(client, size + 1)) ? true : undefined
    })
    row['restart s'] = round((performance.now() - began) / 1000)
    const after = (await client.status()).statistics.requests
    row['restart requests'] = after.mutating + after.other
    return row
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** From the end of a push to the changed value in the API. */
async function commits(
  fleet: Awaited<ReturnType<typeof generateFleet>>,
  kube: ReturnType<typeof createKubeClient>,
  client: HalcyonClient,
  running: Running,
): Promise<Record<string, number>> {
  const resource = (await kube.discovery()).resource({ group: '', kind: 'ConfigMap' })
  if (resource === undefined) throw new Error('no ConfigMaps')
  const times: number[] = []
  const before = (await client.status()).statistics.renders
  const rounds = 20
  for (let round = 0; round < rounds; round++) {
    const index = (round * 37) % fleet.applications
    const value = `value-${round}`
    await fleet.change(index, value)
    const pushed = performance.now()
    await until(
      'the change',
      running,
      async () => {
        const live = await kube.get(resource, namespaceOf(index), nameOf(index))
        return (live['data'] as { value?: string }).value === value ? true : undefined
      },
      60,
      1,
    )
    times.push(performance.now() - pushed)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const renders = (await client.status()).statistics.renders - before
  return {
    'push p50 ms': round(median(times)),
    'push p95 ms': round(percentile(times, 0.95)),
    'renders/push': renders / rounds,
  }
}

/** A forced look at everything, with nothing to find. */
async function noOp(client: HalcyonClient, running: Running, size: number): Promise<Record<string, number>> {
  const before = (await client.status()).statistics.requests
  const cpu = cpuMs(running.pid)
  const looks = 5
  for (let look = 0; look < looks; look++) await client.refresh(undefined)
  const after = (await client.status()).statistics.requests
  return {
    'no-op requests': after.mutating + after.other - before.mutating - before.other,
    'no-op us/app': round(((cpuMs(running.pid) - cpu) * 1000) / looks / size),
  }
}

/** The same 500 objects by kubectl and by `up --once`, each on a sandbox of its own: first, unchanged, one changed. */
async function againstKubectl(): Promise<Record<string, Record<string, number>>> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
  try {
    const binary = await unpacked('kustomize', join(tmpdir(), 'halcyon-test-tools'))
    const manifests = (image: string) =>
      Array.from({ length: 167 }, (_, index) =>
        index === 0 ? workload(index).replace(':v1.0.0', image) : workload(index),
      ).join('---\n')
    const folder = join(directory, 'manifests')
    execFileSync('mkdir', ['-p', folder])
    const result: Record<string, Record<string, number>> = {}
    for (const contestant of ['kubectl', 'halcyon'] as const) {
      const kubeconfig = join(directory, `${contestant}.kubeconfig`)
      await using sandbox = start([
        'sandbox',
        '--port',
        '0',
        '--kubeconfig-out',
        kubeconfig,
        '--data',
        join(directory, contestant),
      ])
      await until('the sandbox', sandbox, () => loadConnection({ path: kubeconfig, env: {}, home: directory }))
      const command =
        contestant === 'kubectl'
          ? [binary, '--kubeconfig', kubeconfig, 'apply', '--server-side', '-f', folder]
          : [
              process.execPath,
              join(import.meta.dirname, '..', 'bin', 'halcyon.js'),
              'up',
              '--once',
              '--repo',
              folder,
              '--kubeconfig',
              kubeconfig,
              '--data',
              join(directory, 'data'),
            ]
      const timed = (image: string) => {
        writeFileSync(join(folder, 'all.yaml'), manifests(image))
        const began = performance.now()
        execFileSync(command[0] ?? '', command.slice(1), { stdio: 'ignore' })
        return round((performance.now() - began) / 1000)
      }
      result[contestant] = {
        'first s': timed(':v1.0.0'),
        'unchanged s': timed(':v1.0.0'),
        'one changed s': timed(':v1.0.1'),
      }
    }
    return result
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
