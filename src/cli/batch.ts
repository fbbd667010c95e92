/** `--batch FILE`: one JSON question per line in, one JSON answer per line out, in order, in one process. Effects: reads the file or standard input. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Command, Option } from 'commander'
import { HalcyonError, messageOf, reasonOf } from '../api/errors.ts'
import type { CliContext } from './context.ts'

/** The same option for every command that answers a small question. */
export function batchOption(): Option {
  return new Option('--batch <file>', 'one JSON question per line (- for standard input), one JSON answer per line')
}

/** What the help of every such command says. */
export function addBatchHelp(command: Command, question: string): Command {
  return command.addHelpText('after', `\nA question of --batch, one line:\n  ${question}`)
}

/**
 * Answers every line; blank lines are left out. A question that cannot be answered is the line `{"error":{"reason","message"}}`, the others go on,
 * and the exit code is 2 at the end. Throws UsageInvalid when the file cannot be read.
 */
export async function runBatch(
  context: CliContext,
  file: string,
  answer: (question: Readonly<Record<string, unknown>>) => unknown,
): Promise<void> {
  for await (const line of linesOf(file)) {
    if (line.trim() === '') continue
    const result = await answerLine(line, answer)
    if (result.failed) context.exitCode = 2
    context.print(`${JSON.stringify(result.value)}\n`)
  }
}

async function answerLine(
  line: string,
  answer: (question: Readonly<Record<string, unknown>>) => unknown,
): Promise<{ readonly value: unknown; readonly failed: boolean }> {
  try {
    return { value: await answer(parseQuestion(line)), failed: false }
  } catch (error) {
    return { value: { error: { reason: reasonOf(error), message: messageOf(error) } }, failed: true }
  }
}

function parseQuestion(line: string): Readonly<Record<string, unknown>> {
  let question: unknown
  try {
    question = JSON.parse(line)
  } catch (error) {
    throw new HalcyonError('UsageInvalid', `Cannot read a question: ${messageOf(error)}`, { cause: error })
  }
  if (typeof question !== 'object' || question === null || Array.isArray(question)) {
    throw new HalcyonError('UsageInvalid', 'Cannot read a question: wanted is a JSON object on one line')
  }
  return question as Readonly<Record<string, unknown>>
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8')
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    throw new HalcyonError('UsageInvalid', `Cannot read ${file}: ${messageOf(error)}`, { cause: error })
  }
}
