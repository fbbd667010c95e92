/** Stories of making and finding again the demo repository, with the real git. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { demoPath, ensureDemo, placeholderUrl } from './demo.ts'

const examplesDir = fileURLToPath(new URL('../examples', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'halcyon demo-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8' }).trim()
}

test('the first start makes the repository, the clone and the branch that breaks; the second changes nothing', async () => {
  const dataDir = join(place, 'first')
  const demo = await ensureDemo({ dataDir, examplesDir })
  expect(demo.created).toBe(true)
  expect(git(demo.bare, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/broken-image\nrefs/heads/main')
  expect(git(demo.bare, 'log', '--format=%an <%ae> %s', 'broken-image')).toBe(
    'Halcyon Demo <demo@example.com> Bump web to v1.9.1\nHalcyon Demo <demo@example.com> The demo fleet',
  )
  expect(git(demo.clone, 'status', '--porcelain', '--branch')).toBe('## main...origin/main')
  expect(await readdir(dataDir), 'nothing left from building').toEqual(['demo'])

  const changed = git(demo.clone, 'diff', '--stat', 'origin/main', 'origin/broken-image')
  expect(changed).toContain('1 insertion(+), 1 deletion(-)')

  const main = git(demo.bare, 'rev-parse', 'main')
  const again = await ensureDemo({ dataDir, examplesDir })
  expect(again).toEqual({ ...demo, created: false })
  expect(git(demo.bare, 'rev-parse', 'main')).toBe(main)
})

test('Applications name the bare repository itself, and nothing says the placeholder any more', async () => {
  const { bare, clone } = await ensureDemo({ dataDir: join(place, 'names'), examplesDir })
  const files = (await readdir(join(clone, demoPath))).map((file) => readFileSync(join(clone, demoPath, file), 'utf8'))
  expect(files.length).toBeGreaterThanOrEqual(8)
  for (const text of files) {
    expect(text).not.toContain(placeholderUrl)
    expect(text, 'the path has a space: quoted').toContain(`repoURL: ${JSON.stringify(bare)}`)
  }
})

test('a commit pushed from the clone arrives in the bare repository', async () => {
  const { bare, clone } = await ensureDemo({ dataDir: join(place, 'push'), examplesDir })
  writeFileSync(join(clone, 'note.txt'), 'a note\n')
  git(clone, 'add', 'note.txt')
  git(clone, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'A note')
  git(clone, 'push', '-q')
  expect(git(bare, 'log', '-1', '--format=%s', 'main')).toBe('A note')
})

test('a removed clone is made again from what was pushed', async () => {
  const dataDir = join(place, 'reclone')
  const { clone } = await ensureDemo({ dataDir, examplesDir })
  rmSync(clone, { recursive: true })
  expect(await ensureDemo({ dataDir, examplesDir })).toMatchObject({ created: false })
  expect(git(clone, 'status', '--porcelain', '--branch')).toBe('## main...origin/main')
})

test('a removed bare repository is reported and not replaced', async () => {
  const dataDir = join(place, 'bare-gone')
  const { bare } = await ensureDemo({ dataDir, examplesDir })
  rmSync(bare, { recursive: true })
  await expect(ensureDemo({ dataDir, examplesDir })).rejects.toMatchObject({ reason: 'ConfigInvalid' })
})

test('an aborted start leaves nothing behind', async () => {
  const dataDir = join(place, 'aborted')
  await expect(ensureDemo({ dataDir, examplesDir, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow(
    'stopped',
  )
  expect(await readdir(dataDir)).toEqual([])
})
