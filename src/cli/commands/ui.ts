/** `halcyon ui`: a link that opens the web page signed in. */
import type { Command } from 'commander'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'

export function addUiCommand(program: Command, context: CliContext): void {
  const command = program
    .command('ui')
    .description('print a link that opens the web page, signed in')
    .addHelpText(
      'after',
      '\nThe link works once, within ten minutes. A session ends after 12 hours, and when the process restarts.',
    )
    .action(async (options: TargetOptions) => {
      const client = await context.client(options)
      context.print([await client.signInLink()])
    })
  addTargetOptions(command)
}
