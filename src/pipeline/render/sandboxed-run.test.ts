import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeClock, systemClock } from '../../runtime/clock.ts'
import { defaultLimits } from './limits.ts'
import { privateFolder, removeAbandoned, sandboxedRun } from './sandboxed-run.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halcyon-run-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function run(script: string, limits = {}, clock = systemClock, signal?: AbortSignal) {
  const command = ['/bin/sh', '-c', script]
  return sandboxedRun({ tool: 'sh', command, folder, network: false }, { ...defaultLimits, ...limits }, clock, signal)
}

test('a run sees a clean environment, its folder, no input', async () => {
  process.env['HALCYON_TEST_SECRET'] = 'do not tell'
  const { stdout, code } = await run('pwd; cat; env')
  delete process.env['HALCYON_TEST_SECRET']
  expect(code).toBe(0)
  expect(stdout.toString()).toContain(`HOME=${folder}/.home`)
  expect(stdout.toString()).not.toContain('do not tell')
  expect(stdout.toString().split('\n')[0]).toBe(folder)
})

test('a failing program is a result', async () => {
  expect(await run('echo bad >&2; exit 3')).toMatchObject({ code: 3, stderr: 'bad\n' })
})

test('a run that takes too long is killed with its children', async () => {
  const clock = new FakeClock()
  const running = run('sleep 600 & sleep 600', { timeMs: 90_000 }, clock).catch((error) => error)
  // The timer is set once the process was started.
  let settled = false
  void running.then(() => {
    settled = true
  })
  while (!settled) await clock.advance(90_000)
  expect(await running).toMatchObject({ reason: 'RenderTimedOut', message: 'sh ran longer than 90 s' })
})

test('a run that prints too much is killed', async () => {
  await expect(run('yes', { outputBytes: 100_000 })).rejects.toMatchObject({
    reason: 'RenderTimedOut',
    message: 'sh printed more than 100000 bytes',
  })
})

test('a run that takes too much memory is stopped', async () => {
  // tail keeps the last line, which here never ends.
  const greedy = 'head -c 2000000000 /dev/zero | tail'
  await expect(run(greedy, { memoryBytes: 256 * 1024 ** 2 })).rejects.toMatchObject({
    reason: 'RenderTimedOut',
    message: 'sh needed more than 268435456 bytes of memory',
  })
})

test('an abort stops the run with its reason', async () => {
  const stop = new AbortController()
  const running = run('sleep 600', {}, systemClock, stop.signal)
  stop.abort(new Error('no longer needed'))
  await expect(running).rejects.toThrow('no longer needed')
})

test('a program that is not there is ToolUnavailable or a failing run, never a hang', async () => {
  const result = await sandboxedRun(
    { tool: 'x', command: ['/nonexistent/x'], folder, network: false },
    defaultLimits,
    systemClock,
  )
  expect(result.code).not.toBe(0)
})

test('a private folder is gone after use', async () => {
  const parent = join(folder, 'parent')
  {
    await using own = await privateFolder(parent)
    expect(own.path.startsWith(parent)).toBe(true)
  }
  expect(await readdir(parent)).toEqual([])
})

test('folders of killed renderers are removed, those in use and those of others stay', async () => {
  const parent = join(folder, 'siblings')
  for (const name of ['render-own', 'render-old', 'render-new', 'else'])
    await mkdir(join(parent, name), { recursive: true })
  for (const name of ['render-own', 'render-old', 'else']) await utimes(join(parent, name), 0, 0)
  await removeAbandoned(join(parent, 'render-own'), Date.now())
  expect((await readdir(parent)).sort()).toEqual(['else', 'render-new', 'render-own'])
})
