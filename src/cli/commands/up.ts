/** `halcyon up`: the main job. Checks that the options go together; the work is the handler's. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { type CliContext, dataDirectory } from '../context.ts'
import type { UpOptions } from '../handlers.ts'
import type { CliIo } from '../io.ts'
import type { Format } from '../output/structured.ts'
import { outputOption, parseDuration, parseListen } from '../values.ts'

export interface UpCommandOptions {
  readonly repo?: string
  readonly revision?: string
  readonly path?: string
  readonly demo?: boolean
  readonly sandbox?: boolean
  readonly kubeconfig?: string
  readonly context?: string
  readonly once?: boolean
  readonly readOnly?: boolean
  readonly listen?: { host: string; port: number }
  readonly data?: string
  readonly fresh?: boolean
  readonly deadline?: number
  readonly poll?: number
  readonly settings?: string
  readonly plugins?: string
  readonly output: Format
}

export function addUpCommand(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('make a cluster match a repository, and keep it so')
    .option('--repo <url-or-dir>', 'the Git repository, or a folder of manifests')
    .option('--revision <revision>', 'branch, tag, commit or version range (default: HEAD)')
    .option('--path <path>', 'the folder in it (default: its root)')
    .option('--demo', 'a demo repository instead of --repo')
    .option('--sandbox', 'the embedded sandbox cluster (default without --kubeconfig and --context)')
    .option('--kubeconfig <file>', 'a cluster of your own')
    .option('--context <name>', 'its context')
    .option('--once', 'end when every application is synced and healthy, or has failed')
    .option('--read-only', 'compute everything, write nothing')
    .option('--listen <address>', 'where the API listens (default: 127.0.0.1:8420; with --once none)', parseListen)
    .option('--data <dir>', 'data directory (default: $HALCYON_DATA, else ~/.halcyon)')
    .option('--fresh', 'empty the sandbox cluster first')
    .option('--deadline <duration>', 'end a sync that takes longer (default: 15m)', parseDuration)
    .option('--poll <duration>', 'between looks at remote repositories (default: 2m)', parseDuration)
    .option('--plugins <dir>', 'config management plug-ins (ConfigManagementPlugin files); HALCYON_PLUGINS')
    .option('--settings <file>', "the ConfigMap argocd-cm (default: the cluster's, in namespace argocd)")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
With --once: exit code 1 when not everything is synced and healthy; -o json prints one document.

Examples:
  halcyon up --demo
  halcyon up --repo . --path k8s
  halcyon up --repo https://git.example.com/team/fleet.git --path apps --context staging --read-only
  halcyon up --repo . --path apps --once -o json`,
    )
    .action(async (options: UpCommandOptions) => {
      context.exitCode = await context.handlers.runUp(upOptions(options, context.io))
    })
}

/** Throws HalcyonError UsageInvalid when the options contradict each other. */
export function upOptions(options: UpCommandOptions, io: Pick<CliIo, 'env' | 'home'>): UpOptions {
  const { repo, revision, path, demo = false, kubeconfig, context } = options
  const ownCluster = kubeconfig !== undefined || context !== undefined
  const refuse = (detail: string): never => {
    throw new HalcyonError('UsageInvalid', `Cannot start: ${detail}`)
  }
  if (demo && repo !== undefined) refuse('--demo and --repo exclude each other')
  if (!demo && repo === undefined) refuse('give --repo URL-or-directory, or --demo')
  if (demo && (revision !== undefined || path !== undefined)) refuse('--revision and --path need --repo')
  if (ownCluster && options.sandbox) refuse('--sandbox excludes --kubeconfig and --context')
  if (ownCluster && options.fresh) refuse('--fresh empties the sandbox cluster and excludes --kubeconfig and --context')
  // The demo's images do not exist: in a real cluster it would only leave pods that never start.
  if (demo && ownCluster) refuse('the demo runs in the sandbox cluster; give --repo for a cluster of your own')
  if (options.output !== 'table' && !options.once) refuse('-o json and -o yaml need --once')
  return {
    repo,
    revision,
    path,
    demo,
    cluster: ownCluster ? { kubeconfig: kubeconfig ?? '', context: context ?? '' } : undefined,
    once: options.once ?? false,
    readOnly: options.readOnly ?? false,
    listen: options.listen,
    dataDir: dataDirectory(options.data, io),
    fresh: options.fresh ?? false,
    deadlineMs: options.deadline,
    pollMs: options.poll,
    settings: options.settings,
    plugins: options.plugins,
    output: options.output,
  }
}
