/** `halcyon why APP`: what is wrong, since when, what changed, what was tried, what to do. */
import type { Command } from 'commander'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { type Format, structured } from '../output/structured.ts'
import { whyLines } from '../output/why.ts'
import { outputOption } from '../values.ts'

export function addWhyCommand(program: Command, context: CliContext): void {
  const command = program
    .command('why')
    .description('explain the state of an application on one screen')
    .argument('<application>', 'the application')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Example:
  halcyon why shop-staging`,
    )
    .action(async (name: string, options: TargetOptions & { output: Format }) => {
      const client = await context.client(options)
      const why = await client.why(name)
      const { style, width } = context
      context.print(
        options.output === 'table'
          ? whyLines(why, { now: context.io.now(), style, width })
          : structured(why, options.output),
      )
    })
  addTargetOptions(command)
}
