/** `halcyon sandbox`: only the sandbox cluster, for kubectl and helm. */
import type { Command } from 'commander'
import { type CliContext, dataDirectory } from '../context.ts'
import { parsePort } from '../values.ts'

interface SandboxCommandOptions {
  readonly port: number
  readonly kubeconfigOut?: string
  readonly data?: string
  readonly fresh?: boolean
  readonly seed?: string
}

export function addSandboxCommand(program: Command, context: CliContext): void {
  program
    .command('sandbox')
    .description('run only the sandbox cluster, until Ctrl-C')
    .option('--port <port>', 'where it listens, on loopback (default: any free port)', parsePort, 0)
    .option('--kubeconfig-out <file>', 'where to write its kubeconfig')
    .option('--data <dir>', 'data directory (default: $HALCYON_DATA, else ~/.halcyon)')
    .option('--fresh', 'start empty instead of with what was there')
    .option('--seed <file>', 'objects to begin with, as kubectl get -o yaml prints them')
    .addHelpText(
      'after',
      `
Example:
  halcyon sandbox --port 6443 --kubeconfig-out /tmp/sandbox.kubeconfig
  kubectl get deployments,services,configmaps -A -o yaml > live.yaml && halcyon sandbox --fresh --seed live.yaml`,
    )
    .action(async (options: SandboxCommandOptions) => {
      context.exitCode = await context.handlers.runSandbox({
        port: options.port,
        kubeconfigOut: options.kubeconfigOut,
        dataDir: dataDirectory(options.data, context.io),
        fresh: options.fresh ?? false,
        seed: options.seed,
      })
    })
}
