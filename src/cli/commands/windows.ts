/** `halcyon windows`: may an application sync at a time, and when does that change? Answered from files. */
import type { Command } from 'commander'
import { plainLine } from '../../api/verdict/plain.ts'
import type { WindowAnswer } from '../../offline/windows.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface WindowsOptions {
  readonly filename: readonly string[]
  readonly app?: string
  readonly project?: string
  readonly namespace?: string
  readonly cluster?: string
  readonly at?: string
  readonly startedAt?: string
  readonly strict?: boolean
  readonly manual?: boolean
  readonly batch?: string
  readonly output: Format
}

export function addWindowsCommand(program: Command, context: CliContext): void {
  const command = program
    .command('windows')
    .description(
      'may an application sync at a time, by which sync windows, and when does that change; exit code 1 when not',
    )
    .requiredOption(
      '-f, --filename <file...>',
      'AppProjects; also argocd-cm for global projects (- for standard input)',
    )
    .option('--app <name-or-file>', 'the application, or a file with its manifest')
    .option('--project <name>', 'which project (default: that of the application, or the only one)')
    .option('--namespace <namespace>', 'the namespace it is deployed to')
    .option('--cluster <name-or-url>', 'the cluster it is deployed to')
    .option('--at <time>', 'when, such as 2026-03-29T01:30:00Z (default: now)')
    .option('--started-at <time>', 'when the sync that asks began (syncOverrun)')
    .option('--strict', "Argo CD's arithmetic: the time zone's offset of the moment, both ends excluded")
    .option('--manual', 'the exit code says whether a person may sync')
    .addOption(batchOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  halcyon windows -f team.yaml --app shop.yaml
  halcyon windows -f team.yaml --app shop --namespace shop --at 2026-03-29T01:30:00Z
  halcyon windows -f team.yaml --app shop --cluster prod --strict -o json`,
    )
    .action((options: WindowsOptions) => run(context, options))
  addBatchHelp(command, '{"app":"shop","namespace":"shop","cluster":"prod","at":"2026-03-29T01:30:00Z","strict":true}')
}

async function run(context: CliContext, options: WindowsOptions): Promise<void> {
  const { openWindows } = await import('../../offline/windows.ts')
  const answer = await openWindows(options.filename, () => context.io.now())
  if (options.batch !== undefined) {
    const { strict } = options
    return runBatch(context, options.batch, (question) => answer(strict ? { strict, ...question } : question))
  }
  const { app, project, namespace, cluster, at, startedAt, strict } = options
  const question = Object.entries({ app, project, namespace, cluster, at, startedAt, strict })
  const found = await answer(Object.fromEntries(question.filter(([, value]) => value !== undefined)))
  if (!(options.manual ? found.manual : found.automated).allowed) context.exitCode = 1
  if (options.output !== 'table') return context.print(structured(found, options.output))
  for (const warning of found.warnings) context.io.stderr.write(`warning: ${plainLine(warning)}\n`)
  context.print(table(found, context.width))
}

function table(found: WindowAnswer, width: number | undefined): string[] {
  const { automated, manual, next } = found
  const verdict = automated.allowed ? 'may sync' : manual.allowed ? 'may sync only by hand' : 'may not sync'
  const lines = [
    `${found.application} ${verdict} at ${found.at}`,
    ...columns(
      [
        ['automated', automated.allowed ? 'yes' : 'no', automated.because],
        ['', '', nextText(next.automated)],
        ['by hand', manual.allowed ? 'yes' : 'no', manual.because],
        ['', '', nextText(next.manual)],
      ].map((row) => row.map(plainLine)),
      { width, indent: 2, wrap: true },
    ),
  ]
  if (found.windows.length === 0) return lines
  const rows = found.windows.map((one) => [
    String(one.index),
    one.active ? 'open' : 'closed',
    one.kind,
    one.schedule,
    one.duration,
    one.timeZone || 'UTC',
    [one.manualSync && 'manual', one.syncOverrun && 'overrun'].filter(Boolean).join(' '),
    one.description,
  ])
  const head = ['WINDOW', 'STATE', 'KIND', 'SCHEDULE', 'DURATION', 'TIME ZONE', 'LETS THROUGH', 'DESCRIPTION']
  return [...lines, '', ...columns([head, ...rows.map((row) => row.map(plainLine))], { width })]
}

function nextText(next: WindowAnswer['next']['manual']): string {
  if (next === null) return 'no change in sight'
  return `${next.allowed ? 'opens' : 'closes'} ${next.at}: ${next.because}`
}
