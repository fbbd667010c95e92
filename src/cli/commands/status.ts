/** `halcyon status`: does anything need me? */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { verdictsOf } from '../../api/verdict/verdict.ts'
import type { ApplicationView } from '../../api/views.ts'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { onceExitCode } from '../output/once.ts'
import { statusLines, summarise } from '../output/status.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface StatusOptions extends TargetOptions {
  readonly output: Format
  readonly all?: boolean
}

export function addStatusCommand(program: Command, context: CliContext): void {
  const command = program
    .command('status')
    .description('say what needs a person, what moves, and how much is quiet')
    .argument('[applications...]', 'only these')
    .option('-a, --all', 'list the quiet ones too')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit code 1 when not everything is synced and healthy.

Examples:
  halcyon status
  halcyon status shop-staging shop-production
  halcyon status -o json`,
    )
    .action((names: string[], options: StatusOptions) => status(context, names, options))
  addTargetOptions(command)
}

async function status(context: CliContext, names: readonly string[], options: StatusOptions): Promise<void> {
  const client = await context.client(options)
  const [known, server] = await Promise.all([client.applications(), client.status()])
  const applications = names.length === 0 ? known : pick(known, names)
  const now = context.io.now()
  context.exitCode = onceExitCode(applications)
  if (options.output !== 'table') {
    const summary = summarise(applications, now, verdictsOf(known, now))
    context.print(structured({ summary, notReady: server.notReady, applications }, options.output))
    return
  }
  const all = options.all ?? names.length > 0
  const only = new Set(applications.map(({ name }) => name))
  context.print(statusLines(known, { now, style: context.style, width: context.width, all, only }))
  context.print(server.notReady.map((reason) => `  not ready: ${plainLine(reason)}`))
}

function pick(known: readonly ApplicationView[], names: readonly string[]): ApplicationView[] {
  const byName = new Map(known.map((application) => [application.name, application]))
  return names.map((name) => {
    const application = byName.get(name)
    if (application === undefined)
      throw new HalcyonError('NotFound', `Cannot get ${name}: there is no such application`)
    return application
  })
}
