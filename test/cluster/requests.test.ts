/** The sandbox and a real API server answer the same requests alike: status, reason, message, warnings, content type. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { startControlPlane } from '../support/cluster/control-plane.ts'
import { differences } from './requests/differences.ts'
import { type Request, requests } from './requests/requests.ts'
import { send, targetOf } from './requests/send.ts'

function labelOf({ method, path, body, type = '', headers }: Request): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  const shown = Buffer.isBuffer(body) ? body.toString('hex') : text.slice(0, 150)
  return [method, path, type, shown, headers === undefined ? '' : JSON.stringify(headers)].filter(Boolean).join(' ')
}

test('every request is answered alike, or its difference is explained', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-requests-'))
  try {
    await using sandbox = await startSandbox({ clock: systemClock, directory })
    await using server = await startControlPlane()
    const ours = targetOf(sandbox.kubeconfig())
    const theirs = targetOf(readFileSync(server.kubeconfig, 'utf8'))
    const unexplained: unknown[] = []
    const used = new Set<RegExp>()
    for (const request of requests) {
      const sandboxSays = await send(ours, request)
      const serverSays = await send(theirs, request)
      if (JSON.stringify(sandboxSays) === JSON.stringify(serverSays)) continue
      const label = labelOf(request)
      const explained = differences.find(({ of }) => of.test(label))
      if (explained === undefined) unexplained.push({ request: label, sandboxSays, serverSays })
      else used.add(explained.of)
    }
    expect(unexplained).toEqual([])
    expect(differences.filter(({ of }) => !used.has(of))).toEqual([])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
