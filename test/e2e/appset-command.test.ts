/** `halcyon appset generate` as a process of its own: real Git, real templates, exit codes. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { temporaryDirectory } from '../support/start-system.ts'

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

interface Answer {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

function halcyon(args: readonly string[], input = ''): Promise<Answer> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

function setOf(repoURL: string, revision: string) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'envs' },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ git: { repoURL, revision, directories: [{ path: 'envs/*' }] } }],
      template: { metadata: { name: '{{ .path.basename }}' }, spec: { project: 'default' } },
    },
  }
}

test('a repository over HTTP is read at its revision, and the exit code says whether it worked', async () => {
  using directory = temporaryDirectory()
  const repository = await git.createRepository({ 'envs/b/x': '', 'envs/a/x': '' })
  await repository.commit({ 'envs/c/x': '' }, 'More', { branch: 'next' })
  const file = join(directory.path, 'set.json')
  const ask = (revision: string) => {
    writeFileSync(file, JSON.stringify(setOf(repository.url, revision)))
    return halcyon(['appset', 'generate', '-f', file, '--data', directory.path, '-o', 'json'])
  }
  const [main, next, gone] = [await ask('main'), await ask('next'), await ask('gone')]
  const names = ({ stdout }: Answer) =>
    (JSON.parse(stdout) as { metadata: { name: string } }[]).map((one) => one.metadata.name)
  expect([main.code, names(main)]).toEqual([0, ['a', 'b']])
  expect([next.code, names(next)]).toEqual([0, ['a', 'b', 'c']])
  expect([gone.code, gone.stdout]).toEqual([2, ''])
  expect(gone.stderr).toMatch(
    /^Cannot generate applications of ApplicationSet envs: generator 0 \(git\): Cannot resolve gone/,
  )
})

test('--batch answers each line, and goes on after one that cannot be answered', async () => {
  using directory = temporaryDirectory()
  const question = (generators: unknown) =>
    JSON.stringify({ applicationSet: { ...setOf('', ''), spec: { ...setOf('', '').spec, generators } }, clusters: [] })
  const lines = [
    question([{ list: { elements: [{ path: { basename: 'one' } }] } }]),
    question([{ list: { elements: [{}] } }, { list: { elements: [{ other: 1 }] } }]),
    question([{ clusters: {} }, { list: { elementsYaml: '[{path: {basename: two}}]' } }]),
  ]
  const { code, stdout } = await halcyon(
    ['appset', 'generate', '--batch', '-', '--data', directory.path],
    lines.join('\n'),
  )
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(2)
  expect(answers[0].applications[0].metadata.name).toBe('one')
  expect(answers[1].error).toMatchObject({
    reason: 'TemplateFailed',
    message: expect.stringContaining('generator 1 (list): metadata.name: "{{ .path.basename }}"'),
  })
  expect(answers[2].error.message).toContain('generator 0 (clusters)')
})
