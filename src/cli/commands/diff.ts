/** `halcyon diff [APP]`: what a sync would do now. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { plainText } from '../../api/verdict/plain.ts'
import type { PlanView } from '../../api/views.ts'
import type { HalcyonClient } from '../../client/client.ts'
import { batchOption, runBatch } from '../batch.ts'
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
  readonly file?: readonly string[]
  readonly live?: readonly string[]
  readonly application?: string
  readonly namespace?: string
  readonly batch?: string
}

export function addDiffCommand(program: Command, context: CliContext): void {
  const { diffLocal } = context.handlers
  const command = program
    .command('diff')
    .description('print what a sync would do now, secrets masked')
    .argument('[application]', 'one application (default: all that are not Synced)')
    .addOption(outputOption())
    .option('-f, --file <file...>', 'compare these manifests with --live, without a server')
    .option('--live <file...>', 'with -f: the live objects, as kubectl get -o yaml prints them')
    .option('--application <file>', 'with -f: an Application whose ignoreDifferences and namespace count')
    .option('-n, --namespace <namespace>', 'with -f: for objects that name none')
    .addOption(batchOption())
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

A question of --batch, one line; the answer says sync, and the fields of each object:
  {"desired": {...}, "live": {...}, "ignoreDifferences": [...], "namespace": "shop"}

Examples:
  halcyon diff
  halcyon diff -f desired.yaml --live live.yaml
  halcyon diff shop-staging${diffLocal === undefined ? '' : '\n  halcyon diff --local --path apps --context staging'}`,
    )
    .action(async (name: string | undefined, options: DiffOptions) => {
      if (options.batch !== undefined) return batch(context, options.batch)
      if (options.file !== undefined || options.live !== undefined) return files(context, name, options)
      const plans =
        options.local && diffLocal ? await local(context, name, options) : await remote(context, name, options)
      context.exitCode = plans.some(hasDifferences) ? 1 : 0
      context.print(options.output === 'table' ? diffLines(plans, context.style) : structured(plans, options.output))
    })
  addTargetOptions(command)
}

/** Without a server: what an apply of these manifests would change in those objects. */
async function files(context: CliContext, name: string | undefined, options: DiffOptions): Promise<void> {
  const { file, live, application, namespace } = options
  if (name !== undefined || file === undefined || live === undefined) {
    throw new HalcyonError('UsageInvalid', 'Cannot compare: wanted is -f FILE --live FILE, and no application name')
  }
  const { liveDiffOfFiles } = await import('../../offline/live-diff-files.ts')
  const { liveDiffText } = await import('../../offline/live-diff.ts')
  const diff = await liveDiffOfFiles({ desired: file, live, application, namespace })
  context.exitCode = diff.sync === 'Synced' ? 0 : 1
  context.print(
    options.output === 'table' ? liveDiffText(diff).map((line) => plainText(line)) : structured(diff, options.output),
  )
}

async function batch(context: CliContext, file: string): Promise<void> {
  const { liveDiffAnswerer } = await import('../../offline/live-diff-files.ts')
  await using answerer = liveDiffAnswerer()
  await runBatch(context, file, answerer.answer)
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
