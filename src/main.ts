/** Process root: environment and arguments to a running command, and its exit code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from './cli/program.ts'
import { toConfig } from './config.ts'

const projectDir = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string }

// What only one command needs is loaded by that command: `halcyon status` must not pay for the controllers.
process.exitCode = await runCli(
  {
    version,
    runUp: async (options) => {
      const { up } = await import('./up.ts')
      return up(toConfig(options, process.env), {
        stdout: process.stdout,
        stderr: process.stderr,
        env: process.env,
        version,
        projectDir,
      })
    },
    runSandbox: async (options) => {
      const { sandbox } = await import('./sandbox-command.ts')
      return sandbox(options, process.stderr)
    },
    renderLocal: async (options) => {
      const { renderLocal } = await import('./local.ts')
      return renderLocal(options, process.env)
    },
  },
  process.argv.slice(2),
)
