/** What the demo takes at rest, the cluster in the same process included: the first start on this machine's disk, and the next. Effects: processes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../src/client/client.ts'
import { readServerFile } from '../src/client/discover.ts'
import { memoryOf, start, until } from './process.ts'

/** Long enough for the collection that follows a burst of work. */
const restMs = 15_000

export async function demoMemory(): Promise<Record<string, Record<string, number>>> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
  try {
    const rows: Record<string, Record<string, number>> = {}
    for (const name of ['demo, first start', 'demo, started again']) {
      await using running = start(['up', '--demo', '--data', directory, '--listen', '127.0.0.1:0'])
      const client = await until('the API', running, async () => createClient(await readServerFile(directory)))
      await until('the demo', running, async () => {
        const { applications, sync, health } = await client.status()
        return applications > 1 && sync.Synced === applications && health.Healthy === applications ? true : undefined
      })
      await new Promise((resolve) => setTimeout(resolve, restMs))
      rows[name] = memoryOf(running.pid)
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
