import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readServerFile, removeServerFile, serverFile, writeServerFile } from './discover.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'halcyon-discover-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

test('what the server writes is what the CLI reads, and nobody else can', async () => {
  const address = { url: 'http://127.0.0.1:8420', token: 'secret' }
  await writeServerFile(dataDir, address)
  expect(await readServerFile(dataDir)).toEqual(address)
  expect(statSync(serverFile(dataDir)).mode & 0o777).toBe(0o600)
  await removeServerFile(dataDir)
  await removeServerFile(dataDir)
})

test('no process: says for which directory, and how to start one', async () => {
  await expect(readServerFile(join(dataDir, 'none'))).rejects.toMatchObject({
    reason: 'ServerUnreachable',
    message: `Cannot reach halcyon: no process runs for data directory ${join(dataDir, 'none')}; start one with: npm start`,
  })
})

test('a file that is not ours is named', async () => {
  writeFileSync(serverFile(dataDir), '{"url": 1')
  await expect(readServerFile(dataDir)).rejects.toThrow(`Cannot read ${serverFile(dataDir)}`)
})
