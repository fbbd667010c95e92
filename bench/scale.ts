/** What a fleet of n applications costs: cold sync, pushes, a forced look, memory, restart. Effects: processes of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type HalcyonClient } from '../src/client/client.ts'
import { readServerFile } from '../src/client/discover.ts'
import { createKubeClient } from '../src/kube/http-client.ts'
import { loadConnection } from '../src/kube/kubeconfig.ts'
import { systemClock } from '../src/runtime/clock.ts'
import { generateFleet, nameOf, namespaceOf } from './fleet.ts'
import { cpuMs, median, memoryOf, percentile, type Running, round, start, until } from './process.ts'

export const objectsPerApplication = 4

async function allHealthy(client: HalcyonClient, wanted: number): Promise<true | undefined> {
  const status = await client.status()
  const well = (status.sync.Synced ?? 0) === status.applications && (status.health.Healthy ?? 0) === status.applications
  return status.applications === wanted && well ? true : undefined
}

async function clientOf(dataDir: string): Promise<HalcyonClient> {
  return createClient(await readServerFile(dataDir))
}

/** One row of the table: everything that is measured at this number of applications. */
export async function measure(size: number): Promise<Record<string, number | string>> {
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
      const clusterCpu = cpuMs(sandbox.pid)
      await using running = start(up)
      const client = await until('the API', running, () => clientOf(dataDir))
      await until('cold sync', running, () => allHealthy(client, size + 1))
      const seconds = (performance.now() - began) / 1000
      row['cold CPU ms/app'] = round(cpuMs(running.pid) / size)
      row['cluster CPU ms/app'] = round((cpuMs(sandbox.pid) - clusterCpu) / size)
      const { requests } = (await client.status()).statistics
      row['cold s'] = round(seconds)
      row['apps/s'] = round(size / seconds)
      row['writes/object'] = round(requests.mutating / (size * objectsPerApplication))
      row['other/app'] = round(requests.other / size)
      Object.assign(row, await commits(fleet, kube, client, running))
      Object.assign(row, await noOp(client, running, size))
      // Long enough for the collection that follows a burst of work.
      await new Promise((resolve) => setTimeout(resolve, 12_000))
      const memory = memoryOf(running.pid)
      row['RSS MiB idle'] = memory.rss
      row['of it files'] = memory.files
      row['RSS MiB peak'] = memory.peak
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
