/** Turns whatever a command throws into one line on stderr and an exit code. Pure. */
import { CommanderError } from 'commander'
import { HalcyonError, messageOf } from '../api/errors.ts'
import { plainText } from '../api/verdict/plain.ts'

export interface Failure {
  readonly exitCode: number
  /** '' when everything was said already. */
  readonly text: string
}

/** `debug` adds the stack of a defect. */
export function failureOf(error: unknown, debug: boolean): Failure {
  // commander has printed its own message by now (usage error), or nothing went wrong (help, version).
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, text: '' }
  if (error instanceof HalcyonError) return { exitCode: 2, text: plainText(error.message) }
  const detail = debug && error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  const hint = debug ? '' : '\n  this is a defect in halcyon; HALCYON_DEBUG=1 shows where'
  return { exitCode: 2, text: `Cannot finish: ${plainText(detail)}${hint}` }
}

/** commander says `error: unknown option '--x'`; we say what cannot be done. */
export function usageError(text: string, command: string): string {
  const detail = text.replace(/^error: /, '').replace(/\.?\n(\(.*\))?\n*$/s, (_, hint) => (hint ? ` ${hint}` : ''))
  return `Cannot run ${command}: ${detail.trim()}\n  see: ${command} --help\n`
}
