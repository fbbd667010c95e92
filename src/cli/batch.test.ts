/** Questions in a file, answers on stdout: order, bad lines, and the exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runBatch } from './batch.ts'
import type { CliContext } from './context.ts'

async function answersTo(questions: string): Promise<{ readonly lines: unknown[]; readonly exitCode: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-batch-'))
  try {
    const file = join(directory, 'questions.jsonl')
    writeFileSync(file, questions)
    const printed: string[] = []
    const context = { exitCode: 0, print: (text: string) => void printed.push(text) } as unknown as CliContext
    await runBatch(context, file, async ({ n }) => {
      if (typeof n !== 'number') throw new Error('Cannot double: n is no number')
      return { twice: 2 * n }
    })
    return {
      lines: printed
        .join('')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
      exitCode: context.exitCode,
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('every question has its answer on the same line', async () => {
  expect(await answersTo('{"n":1}\n\n{"n":2}\r\n{"n":3}')).toEqual({
    lines: [{ twice: 2 }, { twice: 4 }, { twice: 6 }],
    exitCode: 0,
  })
})

test.each([
  ['{"n":"x"}', 'Internal', 'Cannot double: n is no number'],
  ['[1]', 'UsageInvalid', 'Cannot read a question: wanted is a JSON object on one line'],
])('%s is answered with an error, and the next line goes on', async (bad, reason, message) => {
  expect(await answersTo(`${bad}\n{"n":2}\n`)).toEqual({
    lines: [{ error: { reason, message } }, { twice: 4 }],
    exitCode: 2,
  })
})

test('a line that is no JSON is one error', async () => {
  const { lines, exitCode } = await answersTo('{"n":\n')
  expect(lines).toMatchObject([{ error: { reason: 'UsageInvalid' } }])
  expect(exitCode).toBe(2)
})

test('a file that is not there is refused', async () => {
  const context = { exitCode: 0, print: () => {} } as unknown as CliContext
  await expect(runBatch(context, '/does/not/exist', () => ({}))).rejects.toThrow('Cannot read /does/not/exist')
})
