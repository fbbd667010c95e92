/** `halcyon events`: the append-only log, once or as it grows. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import type { EventView } from '../../api/views.ts'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { decisionLine } from '../output/decision.ts'
import { type EventOptions, eventLine } from '../output/events.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption, parseCount } from '../values.ts'

interface EventsOptions extends TargetOptions {
  readonly output: Format
  readonly limit: number
  readonly follow?: boolean
  readonly type?: readonly string[]
  readonly decisions?: boolean
}

export function addEventsCommand(program: Command, context: CliContext): void {
  const command = program
    .command('events')
    .description('print what happened, oldest first')
    .argument('[application]', 'only of this one')
    .option('-f, --follow', 'go on as things happen, until Ctrl-C')
    .option('-n, --limit <count>', 'the last so many', parseCount, 50)
    .option('--type <type...>', 'only of these types, for example SyncFailed')
    .option('--decisions', 'what was decided without a person, by which rule and why, instead of what happened')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
With --follow, -o json prints one event per line.

Examples:
  halcyon events shop-staging --limit 10
  halcyon events --follow --type SyncFailed HealthChanged
  halcyon events -f -o json
  halcyon events shop-staging --decisions`,
    )
    .action((name: string | undefined, options: EventsOptions) => events(context, name, options))
  addTargetOptions(command)
}

async function events(context: CliContext, name: string | undefined, options: EventsOptions): Promise<void> {
  if (options.decisions) {
    await decisions(context, name, options)
    return
  }
  const client = await context.client(options)
  const filter = {
    ...(name !== undefined && { application: name }),
    ...(options.type !== undefined && { types: options.type }),
  }
  const newest = await client.events({ ...filter, limit: options.limit, newestFirst: true })
  const past = newest.toSorted((a, b) => a.seq - b.seq)
  if (!options.follow) {
    if (options.output !== 'table') context.print(structured(past, options.output))
    else if (past.length === 0) context.print(['No events.'])
    else context.print(past.map((event) => line(context, event)))
    return
  }
  print(context, past, options.output)
  // The log may have grown since, also by events of other types: resuming at the last one shown loses none.
  const after = past.at(-1)?.seq ?? 0
  const never = new AbortController()
  for await (const event of client.follow({ ...filter, after }, never.signal)) {
    if (options.type === undefined || options.type.includes(event.type)) print(context, [event], options.output)
  }
}

async function decisions(context: CliContext, name: string | undefined, options: EventsOptions): Promise<void> {
  if (options.follow || options.type !== undefined) {
    throw new HalcyonError('UsageInvalid', 'Cannot print decisions: --decisions excludes --follow and --type')
  }
  const client = await context.client(options)
  const newest = await client.decisions({ limit: options.limit, ...(name !== undefined && { application: name }) })
  const past = newest.toReversed()
  if (options.output !== 'table') context.print(structured(past, options.output))
  else if (past.length === 0) context.print(['No decisions.'])
  else context.print(past.map((decision) => decisionLine(decision, lineOptions(context))))
}

function print(context: CliContext, shown: readonly EventView[], output: Format): void {
  if (output === 'table') context.print(shown.map((event) => line(context, event)))
  else if (output === 'json') context.print(shown.map((event) => JSON.stringify(event)))
  else for (const event of shown) context.print(`---\n${structured(event, 'yaml')}`)
}

function line(context: CliContext, event: EventView): string {
  return eventLine(event, lineOptions(context))
}

function lineOptions(context: CliContext): EventOptions {
  return { now: context.io.now(), style: context.style, width: context.width }
}
