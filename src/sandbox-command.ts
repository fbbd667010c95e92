/** `halcyon sandbox`: only the sandbox cluster, for kubectl, helm and benchmarks. Effects. */
import { join } from 'node:path'
import type { SandboxOptions } from './cli/handlers.ts'
import { systemClock } from './runtime/clock.ts'
import { createLifecycle } from './runtime/lifecycle.ts'
import { startSandbox } from './sandbox/sandbox.ts'
import { writePrivate } from './up-cluster.ts'

/** Runs until stopped; resolves with the exit code. */
export async function sandbox(options: SandboxOptions, stderr: NodeJS.WriteStream): Promise<number> {
  await using lifecycle = createLifecycle({
    process,
    clock: systemClock,
    exit: (code) => process.exit(code),
    onError: (what, error) => stderr.write(`Cannot close ${what}: ${String(error)}\n`),
  })
  const directory = join(options.dataDir, 'sandbox')
  const running = lifecycle.use(
    'sandbox',
    await startSandbox({ clock: systemClock, directory, port: options.port, fresh: options.fresh }),
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
