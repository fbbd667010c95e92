/** `npm run cluster [-- --port N] [--data DIR] [--kubeconfig-out FILE]`: a real control plane until Ctrl-C. Effects. */
import { copyFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../../src/api/errors.ts'
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { createLifecycle } from '../../../src/runtime/lifecycle.ts'
import { startRealCluster } from './real-cluster.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)

const { values } = parseArgs({
  options: { port: { type: 'string' }, data: { type: 'string' }, 'kubeconfig-out': { type: 'string' } },
})
const port = values.port === undefined ? undefined : Number(values.port)
const out = values['kubeconfig-out']

try {
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new Error(`Cannot use --port ${values.port}: expected a number from 1 to 65535`)
  }
  await run()
} catch (error) {
  say(messageOf(error))
  process.exitCode = 2
}

async function run(): Promise<void> {
  await using lifecycle = createLifecycle({
    process,
    clock: systemClock,
    boundMs: 60_000,
    exit: (code) => process.exit(code),
    onError: (what, error) => say(`Cannot stop ${what}: ${messageOf(error)}`),
  })
  const started = performance.now()
  const { signal } = lifecycle
  try {
    const cluster = lifecycle.use(
      'the control plane',
      await startRealCluster({
        signal,
        progress: say,
        ...(port === undefined ? {} : { port }),
        ...(values.data === undefined ? {} : { directory: resolve(values.data) }),
      }),
    )
    if (out !== undefined) copyFileSync(cluster.kubeconfig, out)
    await using client = createKubeClient(cluster.connection, { clock: systemClock, random: Math.random })
    const { gitVersion } = await client.discovery()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    say(`control plane: ready ${cluster.connection.server} (Kubernetes ${gitVersion}, ${seconds} s)`)
    for (const component of cluster.components) say(`  ${component.name.padEnd(24)} pid ${component.pid}`)
    say(`export KUBECONFIG=${out ?? cluster.kubeconfig}`)
    say(
      values.data === undefined
        ? 'Ctrl-C stops it; nothing is kept.'
        : `Ctrl-C stops it; ${values.data} keeps its state.`,
    )
    await new Promise<void>((done) => {
      if (signal.aborted) done()
      else signal.addEventListener('abort', () => done(), { once: true })
    })
  } catch (error) {
    // Stopped while it was starting.
    if (!signal.aborted) throw error
  }
}
