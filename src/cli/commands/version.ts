/** `halcyon version`. */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

export function addVersionCommand(program: Command, context: CliContext): void {
  program
    .command('version')
    .description('print the versions of halcyon and its Node')
    .addOption(outputOption())
    .action(({ output }: { output: Format }) => {
      const { version } = context.handlers
      const node = process.version
      context.print(output === 'table' ? `halcyon ${version} (node ${node})\n` : structured({ version, node }, output))
    })
}
