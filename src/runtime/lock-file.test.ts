import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LockHeldError, lockDirectory } from './lock-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halcyon-lock-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

const holder = (pid: number) => ({ pid, startedAt: '2026-01-01T00:00:00.000Z' })

test('a second holder is refused with the name of the first, and let in when that is gone', async () => {
  const first = await lockDirectory(join(directory, 'data'), holder(11))
  const refused = await lockDirectory(join(directory, 'data'), holder(12)).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(LockHeldError)
  expect(String(refused)).toContain('process 11, running since 2026-01-01')
  first[Symbol.dispose]()
  using second = await lockDirectory(join(directory, 'data'), holder(12))
  expect(second.holder.pid).toBe(12)
})

test('the lock of a process that was killed is free at once', async () => {
  const module = new URL('./lock-file.ts', import.meta.url).href
  const script = `const { lockDirectory } = await import(${JSON.stringify(module)})
    await lockDirectory(${JSON.stringify(directory)}, { pid: process.pid, startedAt: 'then' })
    console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await expect(lockDirectory(directory, holder(12))).rejects.toThrow(`process ${child.pid}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  using lock = await lockDirectory(directory, holder(12))
  expect(lock.holder.pid).toBe(12)
})
