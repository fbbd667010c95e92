/** The command line: one command per file, wired here. `createProgram` is pure of effects until it is parsed. */
import { Command } from 'commander'
import { addActionsCommand } from './commands/actions.ts'
import { addApproveCommand } from './commands/approve.ts'
import { addAppsetCommand } from './commands/appset.ts'
import { addCompletionCommands } from './commands/completion.ts'
import { addDiffCommand } from './commands/diff.ts'
import { addEventsCommand } from './commands/events.ts'
import { addGetCommand } from './commands/get.ts'
import { addHealthCommand } from './commands/health.ts'
import { addHistoryCommand } from './commands/history.ts'
import { addPlanCommand } from './commands/plan.ts'
import { addProjectCommand } from './commands/project.ts'
import { addRbacCommand } from './commands/rbac.ts'
import { addRenderCommand } from './commands/render.ts'
import { addSandboxCommand } from './commands/sandbox.ts'
import { addStatusCommand } from './commands/status.ts'
import { addSyncCommand } from './commands/sync.ts'
import { addUiCommand } from './commands/ui.ts'
import { addHoldCommand, addResumeCommand, addUndoCommand } from './commands/undo.ts'
import { addUpCommand } from './commands/up.ts'
import { addVersionCommand } from './commands/version.ts'
import { addWhyCommand } from './commands/why.ts'
import { addWindowsCommand } from './commands/windows.ts'
import { type CliContext, createContext } from './context.ts'
import { failureOf, usageError } from './errors.ts'
import type { CliHandlers } from './handlers.ts'
import { processIo } from './io.ts'

/** In the order of `halcyon --help`: the main job, looking, acting, the rest. */
const commands: readonly ((program: Command, context: CliContext) => void)[] = [
  addUpCommand,
  addStatusCommand,
  addUiCommand,
  addGetCommand,
  addWhyCommand,
  addDiffCommand,
  addRenderCommand,
  addSyncCommand,
  addUndoCommand,
  addApproveCommand,
  addHoldCommand,
  addResumeCommand,
  addHistoryCommand,
  addEventsCommand,
  addPlanCommand,
  addHealthCommand,
  addActionsCommand,
  addProjectCommand,
  addWindowsCommand,
  addRbacCommand,
  addAppsetCommand,
  addSandboxCommand,
  addCompletionCommands,
  addVersionCommand,
]

/** A program that throws instead of ending the process; its exit code is in `context.exitCode`. */
export function createProgram(
  handlers: CliHandlers,
  context = createContext(handlers, handlers.io ?? processIo()),
): Command {
  const program = new Command('halcyon')
  program
    .description('Takes what Git says and makes clusters match it; explains every step.')
    .version(handlers.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ subcommandTerm })
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.io.stdout.write(text),
      writeErr: (text) => void context.io.stderr.write(text),
      outputError: (text, write) => write(usageError(text, 'halcyon')),
      getOutHelpWidth: () => context.width ?? 80,
      getErrHelpWidth: () => context.width ?? 80,
    })
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 differences or not healthy, 2 usage or error.

Examples:
  halcyon up --repo https://git.example.com/team/fleet.git --path apps
  halcyon status
  halcyon why shop-staging`,
    )
  for (const add of commands) add(program, context)
  for (const command of program.commands) {
    const name = `halcyon ${command.name()}`
    command.configureOutput({ outputError: (text, write) => write(usageError(text, name)) })
  }
  return program
}

/** `why <application>`: options are for the help of the command itself. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(' ')
}

/** Runs one command line (without node and script) and resolves with the exit code; prints the reason of a failure on stderr. */
export async function runCli(handlers: CliHandlers, args: readonly string[]): Promise<number> {
  const context = createContext(handlers, handlers.io ?? processIo())
  const program = createProgram(handlers, context)
  try {
    if (args.length === 0) {
      context.io.stderr.write(program.helpInformation())
      return 2
    }
    await program.parseAsync(args, { from: 'user' })
    return context.exitCode
  } catch (error) {
    const { exitCode, text } = failureOf(error, Boolean(context.io.env['HALCYON_DEBUG']))
    if (text !== '') context.io.stderr.write(`${text}\n`)
    return exitCode
  }
}
