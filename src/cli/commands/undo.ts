/** `halcyon undo`, `hold`, `resume`: recovery at 2 a.m. */
import { type Command, InvalidArgumentError } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import type { HoldView } from '../../api/hold.ts'
import { holdText } from '../../api/verdict/hold-text.ts'
import { addTargetOptions, type CliContext, type TargetOptions } from '../context.ts'
import { undoLines } from '../output/hold.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption, parseDuration } from '../values.ts'

interface UndoOptions extends TargetOptions {
  readonly to?: string
  readonly reason?: string
  readonly output: Format
}

interface HoldOptions extends TargetOptions {
  readonly until?: string
  readonly for?: number
  readonly reason?: string
  readonly output: Format
}

export function addUndoCommand(program: Command, context: CliContext): void {
  const command = program
    .command('undo')
    .description('go back to what was applied before, and keep it until Git says something else')
    .argument('<application>', 'the application')
    .option('--to <revision>', 'a revision that was applied here, or the id of a past sync (see: halcyon history)')
    .option('--reason <text>', 'why, for those who come after')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Works with automated sync on: what was undone does not come back by itself, nor does an unrelated commit bring it back. The hold is
lifted by the revert, by a commit that changes the application to something else, or by halcyon resume.

Examples:
  halcyon undo shop-production
  halcyon undo shop-production --to 4d77b02 --reason "checkout is broken"`,
    )
    .action(async (name: string, options: UndoOptions) => {
      const { to, reason } = options
      const client = await context.client(options)
      const answer = await client.undo(name, {
        ...(to === undefined ? {} : { to }),
        ...(reason === undefined ? {} : { reason }),
      })
      context.print(options.output === 'table' ? undoLines(answer) : structured(answer, options.output))
    })
  addTargetOptions(command)
}

export function addHoldCommand(program: Command, context: CliContext): void {
  const command = program
    .command('hold')
    .description('keep an application as it is; drift is healed, Git is not followed')
    .argument('<application>', 'the application')
    .option('--until <time>', 'lift it then, such as 2026-03-01T09:00:00Z', parseTime)
    .option('--for <duration>', 'lift it after, such as 8h', parseDuration)
    .option('--reason <text>', 'why, for those who come after')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Example:
  halcyon hold shop-production --for 8h --reason "until the morning"`,
    )
    .action(async (name: string, options: HoldOptions) => {
      const client = await context.client(options)
      const hold = await client.hold(name, holdRequest(options, context.io.now()))
      context.print(options.output === 'table' ? heldLines(name, hold, context) : structured(hold, options.output))
    })
  addTargetOptions(command)
}

export function addResumeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('resume')
    .description('lift the hold of an application: Git is followed again')
    .argument('<application>', 'the application')
    .addHelpText(
      'after',
      `
Example:
  halcyon resume shop-production`,
    )
    .action(async (name: string, options: TargetOptions) => {
      const client = await context.client(options)
      await client.resume(name)
      context.print([`${name} follows Git again.`])
    })
  addTargetOptions(command)
}

function holdRequest(options: HoldOptions, now: number): { reason?: string; until?: string } {
  const { until, for: forMs, reason } = options
  if (until !== undefined && forMs !== undefined) {
    throw new HalcyonError('UsageInvalid', 'Cannot hold: give --until or --for, not both')
  }
  const end = forMs === undefined ? until : new Date(now + forMs).toISOString()
  return { ...(reason === undefined ? {} : { reason }), ...(end === undefined ? {} : { until: end }) }
}

function heldLines(name: string, hold: HoldView, context: CliContext): string[] {
  return [`${name} is ${holdText(hold, context.io.now())}`, `  to go on: halcyon resume ${name}`]
}

function parseTime(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('Wanted is a time such as 2026-03-01T09:00:00Z.')
  return new Date(text).toISOString()
}
