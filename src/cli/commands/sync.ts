/** `halcyon sync APP...`: starts a sync and waits for its end and for health. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { parseResourceSelector } from '../../api/resource-selector.ts'
import type { ApplicationView, OperationView, PlanView } from '../../api/views.ts'
import type { HalcyonClient } from '../../client/client.ts'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { applicationTable } from '../output/application-table.ts'
import { diffLines } from '../output/diff.ts'
import { onceExitCode } from '../output/once.ts'
import { createPainter, type Painter } from '../output/painter.ts'
import { type Format, structured } from '../output/structured.ts'
import { styleFor } from '../output/style.ts'
import { outputOption, parseDuration } from '../values.ts'

interface SyncOptions extends TargetOptions {
  readonly output: Format
  readonly all?: boolean
  readonly prune?: boolean
  readonly revision?: string
  readonly dryRun?: boolean
  readonly resource?: readonly string[]
  readonly wait: boolean
  readonly timeout: number
}

export function addSyncCommand(program: Command, context: CliContext): void {
  const command = program
    .command('sync')
    .description('apply what Git says now, and wait until it is healthy')
    .argument('[applications...]', 'which')
    .option('--all', 'all of them')
    .option('--prune', 'delete what left Git, whatever the Application says')
    .option('--no-prune', 'delete nothing')
    .option('--revision <revision>', 'this branch, tag or commit instead of the one of the Application')
    .option('--resource <resource...>', 'only these, without hooks: GROUP:KIND:[NAMESPACE/]NAME; a leading ! excludes')
    .option('--dry-run', 'let the server check everything, write nothing')
    .option('--no-wait', 'only start it')
    .option('--timeout <duration>', 'wait at most so long; the sync itself goes on', parseDuration, 15 * 60_000)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit code 1 when a sync failed or an application is not healthy at the end.

Examples:
  halcyon sync shop-staging
  halcyon sync shop-staging shop-production --no-prune
  halcyon sync shop-staging --resource apps:Deployment:web
  halcyon sync --all --no-wait`,
    )
    .action((names: string[], options: SyncOptions) => sync(context, names, options))
  addTargetOptions(command)
}

async function sync(context: CliContext, names: readonly string[], options: SyncOptions): Promise<void> {
  if ((names.length === 0) === (options.all !== true)) {
    throw new HalcyonError('UsageInvalid', 'Cannot sync: name applications, or give --all')
  }
  const client = await context.client(options)
  const chosen = options.all ? (await client.applications()).map(({ name }) => name) : names
  const request = {
    ...(options.prune !== undefined && { prune: options.prune }),
    ...(options.revision !== undefined && { revision: options.revision }),
    ...(options.dryRun !== undefined && { dryRun: options.dryRun }),
    ...(options.resource !== undefined && { resources: options.resource.map(parseResourceSelector) }),
  }
  if (options.dryRun) return dryRun(context, client, chosen, request, options.output)
  const operations = new Map<string, OperationView>()
  for (const name of chosen) operations.set(name, await client.sync(name, request))

  const ended = options.wait ? await waitFor(context, client, operations, options.timeout) : await views(client, chosen)
  const failed = [...ended.values()].some(
    ({ operation }) => operation !== undefined && (operation.phase === 'Failed' || operation.phase === 'Error'),
  )
  if (options.wait) context.exitCode = failed ? 1 : onceExitCode([...ended.values()])
  const { style, width } = context
  context.print(
    options.output === 'table'
      ? applicationTable([...ended.values()], { now: context.io.now(), style, width, header: true })
      : structured([...ended.values()], options.output),
  )
}

/** What a sync would do; a refusal of the server or of the plan ends with its reason. */
async function dryRun(
  context: CliContext,
  client: HalcyonClient,
  names: readonly string[],
  request: Parameters<HalcyonClient['sync']>[1],
  output: Format,
): Promise<void> {
  const plans: PlanView[] = []
  for (const name of names) {
    await client.sync(name, request)
    plans.push(await client.plan(name))
  }
  context.print(output === 'table' ? diffLines(plans, context.style) : structured(plans, output))
}

async function views(client: HalcyonClient, names: readonly string[]): Promise<Map<string, ApplicationView>> {
  const details = await Promise.all(names.map((name) => client.application(name)))
  return new Map(details.map(({ resources: _, warnings: __, ...view }) => [view.name, view]))
}

/** A newer operation that took over counts in place of ours: it is what decides how the application ends up. */
function hasEnded(application: ApplicationView, started: OperationView | undefined): boolean {
  const { operation, health } = application
  if (operation?.phase === 'Running') return false
  if (operation?.id === started?.id && operation?.phase !== 'Succeeded') return true
  return health.status !== 'Progressing'
}

async function waitFor(
  context: CliContext,
  client: HalcyonClient,
  operations: ReadonlyMap<string, OperationView>,
  timeoutMs: number,
): Promise<Map<string, ApplicationView>> {
  const { io } = context
  const startedAt = io.now()
  using painter: Painter = createPainter({
    screen: io.stderr,
    style: styleFor(io.stderr.isTTY === true, io.env),
    now: () => io.now(),
    after: (ms, callback) => io.after(ms, callback),
  })
  for (;;) {
    const current = await views(client, [...operations.keys()])
    painter.update({ services: [], applications: [...current.values()], activity: '', startedAt })
    const open = [...current.values()].filter((view) => !hasEnded(view, operations.get(view.name)))
    if (open.length === 0) return current
    if (io.now() - startedAt >= timeoutMs) {
      const names = open.map(({ name }) => name).join(', ')
      throw new HalcyonError(
        'DeadlineExceeded',
        `Cannot wait longer for ${names}: the sync goes on; see: halcyon status`,
      )
    }
    await new Promise<void>((resolve) => void io.after(300, resolve))
  }
}
