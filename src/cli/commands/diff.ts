/** `halcyon diff [APP]`: what a sync would do now. */
import type { Command } from 'commander'
import type { PlanView } from '../../api/views.ts'
import type { HalcyonClient } from '../../client/client.ts'
import { addTargetOptions, type CliContext, dataDirectory, type TargetOptions } from '../context.ts'
import { diffLines, hasDifferences } from '../output/diff.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'
import { localSource } from './render.ts'

interface DiffOptions extends TargetOptions {
  readonly output: Format
  readonly local?: boolean
  readonly repo?: string
  readonly path?: string
  readonly revision?: string
  readonly kubeconfig?: string
  readonly context?: string
}

export function addDiffCommand(program: Command, context: CliContext): void {
  const { diffLocal } = context.handlers
  const command = program
    .command('diff')
    .description('print what a sync would do now, secrets masked')
    .argument('[application]', 'one application (default: all that are not Synced)')
    .addOption(outputOption())
  if (diffLocal !== undefined) {
    command
      .option('--local', 'compare a repository with a cluster from here, without a server')
      .option('--repo <url-or-dir>', 'with --local: the repository (default: .)')
      .option('--path <path>', 'with --local: the folder in it')
      .option('--revision <revision>', 'with --local: branch, tag or commit')
      .option('--kubeconfig <file>', 'with --local: how to reach the cluster')
      .option('--context <name>', 'with --local: its context')
  }
  command
    .addHelpText(
      'after',
      `
Exit code 1 when there are differences.

Examples:
  halcyon diff
  halcyon diff shop-staging${diffLocal === undefined ? '' : '\n  halcyon diff --local --path apps --context staging'}`,
    )
    .action(async (name: string | undefined, options: DiffOptions) => {
      const plans =
        options.local && diffLocal ? await local(context, name, options) : await remote(context, name, options)
      context.exitCode = plans.some(hasDifferences) ? 1 : 0
      context.print(options.output === 'table' ? diffLines(plans, context.style) : structured(plans, options.output))
    })
  addTargetOptions(command)
}

async function remote(
  context: CliContext,
  name: string | undefined,
  options: DiffOptions,
): Promise<readonly PlanView[]> {
  const client = await context.client(options)
  return name === undefined ? plansOfAll(client) : [await client.plan(name)]
}

/** The plan of a Synced application is empty, so only the others are asked for; a few at a time. */
async function plansOfAll(client: HalcyonClient): Promise<PlanView[]> {
  const names = (await client.applications()).filter(({ sync }) => sync.status !== 'Synced').map(({ name }) => name)
  const plans: PlanView[] = []
  for (let start = 0; start < names.length; start += 8) {
    plans.push(...(await Promise.all(names.slice(start, start + 8).map((each) => client.plan(each)))))
  }
  return plans
}

async function local(
  context: CliContext,
  name: string | undefined,
  options: DiffOptions,
): Promise<readonly PlanView[]> {
  const plans = await context.handlers.diffLocal?.({
    ...localSource(name, options),
    reveal: false,
    dataDir: dataDirectory(options.data, context.io),
    kubeconfig: options.kubeconfig,
    context: options.context,
  })
  return plans ?? []
}
