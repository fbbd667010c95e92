/** The example repository asked offline, and what a person gets wrong. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { generateFromFiles, openAppsetQuestions, printApplications } from './appset.ts'

const example = join(import.meta.dirname, '..', '..', 'examples', 'applicationsets')
const dataDir = mkdtempSync(join(tmpdir(), 'halcyon-appset-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const url = 'https://git.example.com/halcyon/applicationsets.git'
const options = { dataDir, folders: new Map([[url, example]]) }

test.each([
  ['environments', []],
  ['platform', [join(example, 'clusters.yaml')]],
])('the example %s generates', async (name, clusters) => {
  const { applications, warnings } = await generateFromFiles([join(example, 'sets', `${name}.yaml`)], clusters, options)
  expect(warnings).toEqual([])
  await expect(printApplications(applications)).toMatchFileSnapshot(`testdata/appset-${name}.yaml`)
})

test('a folder that is not there, a file without a set, a question without one: each is said', async () => {
  const nowhere = { dataDir, folders: new Map([[url, join(example, 'nowhere')]]) }
  await expect(generateFromFiles([join(example, 'sets', 'environments.yaml')], [], nowhere)).rejects.toThrow(
    /^Cannot generate applications of ApplicationSet environments: generator 0 \(git\): Cannot read .*nowhere/,
  )
  await expect(generateFromFiles([join(example, 'clusters.yaml')], [], options)).rejects.toThrow(
    /holds no ApplicationSet$/,
  )
  await using questions = openAppsetQuestions(options)
  await expect(questions.ask({ kind: 'ApplicationSet' }, [])).rejects.toThrow(/^Cannot read ApplicationSet \?: /)
})
