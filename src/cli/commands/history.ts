/** `halcyon history APP`: what was applied, by whom, with what outcome. */
import type { Command } from 'commander'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { historyLines } from '../output/history.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption, parseCount } from '../values.ts'

export function addHistoryCommand(program: Command, context: CliContext): void {
  const command = program
    .command('history')
    .description('list what was applied, newest first')
    .argument('<application>', 'the application')
    .option('-n, --limit <count>', 'at most so many', parseCount, 20)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Example:
  halcyon history shop-production --limit 5`,
    )
    .action(async (name: string, options: TargetOptions & { output: Format; limit: number }) => {
      const client = await context.client(options)
      const entries = await client.history(name, options.limit)
      const { style, width } = context
      context.print(
        options.output === 'table'
          ? historyLines(entries, { now: context.io.now(), style, width })
          : structured(entries, options.output),
      )
    })
  addTargetOptions(command)
}
