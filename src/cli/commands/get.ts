/** `halcyon get`: the table of applications, or one with its objects. */
import { type Command, Option } from 'commander'
import type { HealthStatus, SyncStatus } from '../../api/views.ts'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { applicationTable } from '../output/application-table.ts'
import { applicationLines } from '../output/resource-table.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface GetOptions extends TargetOptions {
  readonly output: Format
  readonly project?: string
  readonly sync?: SyncStatus
  readonly health?: HealthStatus
  readonly filter?: string
}

export function addGetCommand(program: Command, context: CliContext): void {
  const command = program
    .command('get')
    .description('list applications, or show one with its objects')
    .argument('[application]', 'one application')
    .option('--project <name>', 'only of this project')
    .addOption(new Option('--sync <status>', 'only with this').choices(['Synced', 'OutOfSync', 'Unknown']))
    .addOption(
      new Option('--health <status>', 'only with this').choices([
        'Healthy',
        'Suspended',
        'Progressing',
        'Missing',
        'Degraded',
        'Unknown',
      ]),
    )
    .option('--filter <text>', 'only with this in the name')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  halcyon get
  halcyon get --health Degraded
  halcyon get shop-staging -o yaml`,
    )
    .action((name: string | undefined, options: GetOptions) =>
      name === undefined ? list(context, options) : show(context, name, options),
    )
  addTargetOptions(command)
}

async function list(context: CliContext, options: GetOptions): Promise<void> {
  const { project, sync, health, filter, output } = options
  const client = await context.client(options)
  const applications = await client.applications({
    ...(project !== undefined && { project }),
    ...(sync !== undefined && { sync }),
    ...(health !== undefined && { health }),
    ...(filter !== undefined && { q: filter }),
  })
  if (output !== 'table') {
    context.print(structured(applications, output))
  } else if (applications.length === 0) {
    context.print(['No applications.'])
  } else {
    const { style, width } = context
    context.print(applicationTable(applications, { now: context.io.now(), style, width, header: true }))
  }
}

async function show(context: CliContext, name: string, options: GetOptions): Promise<void> {
  const client = await context.client(options)
  const application = await client.application(name)
  const { style, width } = context
  context.print(
    options.output === 'table'
      ? applicationLines(application, { now: context.io.now(), style, width })
      : structured(application, options.output),
  )
}
