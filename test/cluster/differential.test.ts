/**
 * The sandbox and a real API server, asked the same: random operations by named managers, and both must answer alike, in every word that
 * people and clients read. What may differ is in test/differential/normal.ts and docs/sandbox.md.
 *
 * DIFFERENTIAL_OPERATIONS (default 5,000) and DIFFERENTIAL_SEED choose the run; a difference is shrunk and printed with the seed that finds it
 * again. The seed is fixed by default, so that a change of the code and not the day decides; test/differential/explore.ts looks further.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { compareServers } from '../differential/compare.ts'
import { KINDS } from '../differential/kinds/all.ts'
import { sequences } from '../differential/operations.ts'
import { startRealServer } from '../differential/real-server.ts'
import { connect, type Server } from '../differential/server.ts'
import { prepare } from '../differential/setup.ts'

const WANTED = Number(process.env['DIFFERENTIAL_OPERATIONS'] ?? 5000)
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 40)
const MOST = 15

let sandbox: Sandbox
let ours: Server
let real: Server & AsyncDisposable

beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, tls: false, simulate: false, collectGarbage: false })
  ours = connect({ name: 'sandbox', url: sandbox.url, token: sandbox.token })
  real = await startRealServer()
}, 120_000)

afterAll(async () => {
  await ours?.[Symbol.asyncDispose]()
  await real?.[Symbol.asyncDispose]()
  await sandbox?.[Symbol.asyncDispose]()
})

test('random operations are answered alike', { timeout: 1_200_000 }, async () => {
  let operations = 0
  let run = 0
  const namespace = `diff-${Date.now().toString(36)}`
  await Promise.all([prepare(ours, namespace), prepare(real, namespace)])
  // A sequence holds ten operations on the average.
  await fc.assert(
    fc.asyncProperty(sequences(KINDS, MOST), async (sequence) => {
      run++
      const played = await compareServers(ours, real, sequence, namespace)
      operations += played.operations
      const { parting } = played
      const told = parting && { kind: parting.kind, operation: parting.operation, differences: parting.differences }
      expect(told).toBeUndefined()
    }),
    { seed: SEED, numRuns: Math.ceil(WANTED / 9), endOnFailure: false, interruptAfterTimeLimit: 1_100_000 },
  )
  console.log(`differential: ${operations} operations in ${run} sequences agreed, seed ${SEED}`)
  expect(operations).toBeGreaterThanOrEqual(WANTED * 0.9)
})
