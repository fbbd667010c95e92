/** The parts of questions: texts, flags, times, Applications. A question is a JSON object whose keys are the long options of the command. Effects: reads a file named in it. */
import type { Application } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import { parseApplication } from '../targets/applications.ts'
import { readObjects } from './files.ts'

export type Question = Readonly<Record<string, unknown>>

/** '' when absent. Throws UsageInvalid for anything but a text. */
export function textOf(question: Question, key: string): string {
  const value = question[key] ?? ''
  if (typeof value === 'string') return value
  throw new HalcyonError('UsageInvalid', `Cannot read "${key}" of a question: wanted is a text`)
}

export function flagOf(question: Question, key: string): boolean {
  const value = question[key] ?? false
  if (typeof value === 'boolean') return value
  throw new HalcyonError('UsageInvalid', `Cannot read "${key}" of a question: wanted is true or false`)
}

/** Keys that no such question has are a mistake that would change the answer silently. */
export function onlyKeys(question: Question, known: readonly string[]): void {
  const unknown = Object.keys(question).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new HalcyonError('UsageInvalid', `Cannot read "${unknown}" of a question: known are ${known.join(', ')}`)
}

const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/

/** ms; undefined when absent. A time has to say its offset: `2026-03-29T01:30:00Z`. Throws UsageInvalid. */
export function timeOf(question: Question, key: string): number | undefined {
  const text = textOf(question, key)
  if (text === '') return undefined
  const at = time.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new HalcyonError(
      'UsageInvalid',
      `Cannot read "${text}" as a time: wanted is one such as 2026-03-29T01:30:00Z`,
    )
  return at
}

/** An Application as an object or as the file that holds it (`-` is standard input). Throws SpecInvalid, ManifestInvalid, UsageInvalid. */
export async function applicationOf(value: unknown): Promise<Application> {
  if (typeof value === 'object' && value !== null)
    return parseApplication(value as Parameters<typeof parseApplication>[0])
  const file = String(value)
  const found = (await readObjects([file])).filter((object) => object.kind === 'Application')
  if (found.length !== 1)
    throw new HalcyonError('UsageInvalid', `Cannot take the application of ${file}: it holds ${found.length}`)
  return parseApplication(found[0]!)
}
