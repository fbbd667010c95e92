/** What can stand at the cursor: read from the commands themselves, so that it cannot go stale. Pure. */
import type { Command, Option } from 'commander'

export interface Candidate {
  readonly value: string
  readonly description: string
}

/** Candidates for the last of `words` (what follows `halcyon` on the line, the last one possibly empty). None = let the shell offer files. */
export function candidates(
  program: Command,
  words: readonly string[],
  applications: readonly string[],
): readonly Candidate[] {
  const last = words.at(-1) ?? ''
  return all(program, words, applications).filter(({ value }) => value.startsWith(last))
}

/** True when the last word can be the name of an application; only then it is worth to ask the server. */
export function takesApplication(program: Command, words: readonly string[]): boolean {
  const nested = nestedOf(program, words)
  if (nested !== undefined) return takesApplication(nested, words.slice(1))
  const command = commandOf(program, words)
  if (command === undefined || words.length < 2 || words.at(-1)?.startsWith('-')) return false
  if (openOption(command, words) !== undefined) return false
  return command.registeredArguments.some((argument) => argument.name().startsWith('application'))
}

function all(program: Command, words: readonly string[], applications: readonly string[]): readonly Candidate[] {
  if (words.length <= 1) {
    if (words[0]?.startsWith('-')) return options(program)
    return visible(program).map((command) => ({ value: command.name(), description: command.description() }))
  }
  const nested = nestedOf(program, words)
  if (nested !== undefined) return all(nested, words.slice(1), applications)
  const command = commandOf(program, words)
  if (command === undefined) return []
  const open = openOption(command, words)
  if (open !== undefined) return (open.argChoices ?? []).map((value) => ({ value, description: '' }))
  if (words.at(-1)?.startsWith('-')) return options(command)
  const choices = command.registeredArguments[0]?.argChoices
  if (choices !== undefined) return choices.map((value) => ({ value, description: '' }))
  const given = new Set(words.slice(1, -1))
  return applications.filter((name) => !given.has(name)).map((value) => ({ value, description: '' }))
}

function commandOf(program: Command, words: readonly string[]): Command | undefined {
  return visible(program).find((command) => command.name() === words[0] || command.aliases().includes(words[0] ?? ''))
}

/** The command of the first word, when it only leads to commands of its own (`plan order`). */
function nestedOf(program: Command, words: readonly string[]): Command | undefined {
  const command = words.length < 2 ? undefined : commandOf(program, words)
  return command !== undefined && command.commands.length > 0 ? command : undefined
}

/** Without hidden ones; `help` is commander's own and not in the list. */
function visible(program: Command): readonly Command[] {
  return program.commands.filter((command) => !command.name().startsWith('__'))
}

function options(command: Command): Candidate[] {
  return command.options
    .filter((option) => !option.hidden)
    .map((option) => ({ value: option.long ?? option.short ?? '', description: option.description }))
}

/** The option before the cursor that still waits for its value. */
function openOption(command: Command, words: readonly string[]): Option | undefined {
  const previous = words.at(-2) ?? ''
  const option = command.options.find(({ long, short }) => previous === long || previous === short)
  return option?.required || option?.optional ? option : undefined
}
