/** `halcyon approve APP --plan HASH`: lets deletes pass that wait for a person. */
import type { Command } from 'commander'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'

export function addApproveCommand(program: Command, context: CliContext): void {
  const command = program
    .command('approve')
    .description('let deletes pass that the guard holds back, once')
    .argument('<application>', 'the application')
    .requiredOption('--plan <plan>', 'names the set of deletes, as halcyon why and status say')
    .addHelpText(
      'after',
      `
Look first at what would go: halcyon diff <application>. When that set changes, the approval is for something else and is refused. It is
good for one hour and one sync.

Example:
  halcyon approve billing --plan 8d1f02ab`,
    )
    .action(async (name: string, options: TargetOptions & { plan: string }) => {
      const client = await context.client(options)
      await client.approve(name, options.plan)
      context.print([`approved; see how it goes: halcyon why ${name}`])
    })
  addTargetOptions(command)
}
