/** What every outside renderer shares: tools, charts, the pool of runs, limits and the folder for private folders. */
import type { Clock } from '../../runtime/clock.ts'
import type { Charts } from './charts.ts'
import type { RenderLimits } from './limits.ts'
import type { Pool } from './pool.ts'
import { privateFolder, type RunRequest, type RunResult, sandboxedRun } from './sandboxed-run.ts'
import type { SourceOutput } from './source-output.ts'
import type { Tools } from './tools.ts'

export interface Workshop {
  readonly tools: Tools
  readonly charts: Charts
  readonly pool: Pool
  readonly limits: RenderLimits
  readonly clock: Clock
  /** Parent of the private folders. */
  readonly folder: string
}

/** A rendering that is fully decided, and not yet done. */
export interface PreparedRender {
  /** sha256 over the tool's version, the ids of everything it will read, and its parameters, without the cluster. */
  readonly key: string
  /** Facts about the cluster, for output that depends on them. */
  readonly clusterKey: string
  /** False when the tool also reads from the network, so that the key does not say everything. */
  readonly repeatable: boolean
  run(signal: AbortSignal): Promise<FreshOutput>
}

export interface FreshOutput extends SourceOutput {
  /** The output may differ for another cluster. */
  readonly dependsOnCluster: boolean
}

/** Gives the work a place in the pool and a private folder, which is removed afterwards. */
export async function inPrivateFolder<T>(
  workshop: Workshop,
  signal: AbortSignal,
  work: (folder: string, run: (request: Omit<RunRequest, 'folder'>) => Promise<RunResult>) => Promise<T>,
): Promise<T> {
  return await workshop.pool.run(async () => {
    await using folder = await privateFolder(workshop.folder)
    return await work(folder.path, (request) =>
      sandboxedRun({ ...request, folder: folder.path }, workshop.limits, workshop.clock, signal),
    )
  }, signal)
}
