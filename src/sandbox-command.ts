/** `halcyon sandbox`: only the sandbox cluster, for kubectl, helm and benchmarks. Effects. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HalcyonError, messageOf } from './api/errors.ts'
import type { SandboxOptions } from './cli/handlers.ts'
import { makeDataDirectory } from './data-directory.ts'
import type { KubeObject } from './kube/object.ts'
import { systemClock } from './runtime/clock.ts'
import { createLifecycle } from './runtime/lifecycle.ts'
import { type Sandbox, type SandboxOptions as StartOptions, startSandbox } from './sandbox/sandbox.ts'
import { parseSeed, SeedError } from './sandbox/seed.ts'
import { writePrivate } from './up-cluster.ts'

/** Runs until stopped; resolves with the exit code. */
export async function sandbox(options: SandboxOptions, stderr: NodeJS.WriteStream): Promise<number> {
  await using lifecycle = createLifecycle({
    process,
    clock: systemClock,
    exit: (code) => process.exit(code),
    onError: (what, error) => stderr.write(`Cannot close ${what}: ${String(error)}\n`),
  })
  makeDataDirectory(options.dataDir)
  const directory = join(options.dataDir, 'sandbox')
  const seed = options.seed === undefined ? undefined : await readSeed(options.seed)
  const running = lifecycle.use(
    'sandbox',
    await start({
      clock: systemClock,
      directory,
      port: options.port,
      fresh: options.fresh,
      ...(seed !== undefined && { seed }),
    }),
  )
  const kubeconfig = options.kubeconfigOut ?? join(options.dataDir, 'sandbox.kubeconfig')
  writePrivate(kubeconfig, running.kubeconfig())
  stderr.write(`sandbox cluster: ready ${running.url}\nexport KUBECONFIG=${kubeconfig}\n`)
  await new Promise<void>((resolve) => {
    if (lifecycle.signal.aborted) resolve()
    else lifecycle.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return 0
}

/** A seed that does not fit is the user's file to mend, and a port that is taken is another's. */
async function start(options: StartOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options)
  } catch (error) {
    if (error instanceof SeedError) throw new HalcyonError('UsageInvalid', error.message, { cause: error })
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot start the sandbox cluster: another process uses port ${options.port}; give another one with --port`,
      { cause: error },
    )
  }
}

async function readSeed(file: string): Promise<KubeObject[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new HalcyonError('UsageInvalid', `Cannot read ${file}: ${messageOf(error)}`, { cause: error })
  })
  try {
    return parseSeed(text)
  } catch (error) {
    throw new HalcyonError('UsageInvalid', `Cannot read ${file}: ${messageOf(error)}`, { cause: error })
  }
}
