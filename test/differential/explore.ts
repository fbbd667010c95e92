/**
 * Looks for differences between the sandbox and a real API server, and groups them. Effects: requests, prints.
 *
 * Usage: node test/differential/explore.ts [--sequences N] [--seed N] [--kind Kind,Kind] [--shown N] [--most N] [--full]
 * DIFFERENTIAL_KUBECONFIG names a server that runs already.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { systemClock } from '../../src/runtime/clock.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { compareServers, type Parting } from './compare.ts'
import { KINDS } from './kinds/all.ts'
import { sequences } from './operations.ts'
import { startRealServer } from './real-server.ts'
import { connect } from './server.ts'
import { prepare } from './setup.ts'

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '100' },
    most: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: '' },
    shown: { type: 'string', default: '30' },
    full: { type: 'boolean', default: false },
  },
})

const kinds =
  values.kind === ''
    ? [...KINDS.keys()]
    : [...KINDS.entries()].filter(([, k]) => values.kind.split(',').includes(k.kind)).map(([i]) => i)
await using sandbox = await startSandbox({ clock: systemClock, tls: false, simulate: false, collectGarbage: false })
await using ours = connect({ name: 'sandbox', url: sandbox.url, token: sandbox.token })
await using real = await startRealServer()

const run = Date.now().toString(36)
const groups = new Map<string, { count: number; example: Parting }>()
let operations = 0
let agreed = 0
const namespace = `d-${run}`

function note(parting: Parting): void {
  const what = typeof parting.operation === 'string' ? parting.operation : parting.operation.op
  const shown = values.full ? 20 : 3
  const interesting = parting.differences.filter(
    (one) => !/^\.body\.(kind|apiVersion|code|status|reason|metadata: |spec: |details)/.test(one) || values.full,
  )
  const list = (interesting.length === 0 ? parting.differences : interesting).slice(0, shown)
  const key = `${values.full ? '' : `${parting.kind} `}${what}: ${list.join('\n      ')}`
  const group = groups.get(key)
  if (group === undefined) groups.set(key, { count: 1, example: parting })
  else group.count++
}

await Promise.all([prepare(ours, namespace), prepare(real, namespace)])
const arbitrary = sequences(KINDS, Number(values.most)).filter((one) => kinds.includes(Number(one.kind)))
for (const [index, sequence] of fc
  .sample(arbitrary, { numRuns: Number(values.sequences), seed: Number(values.seed) })
  .entries()) {
  try {
    const played = await compareServers(ours, real, sequence, namespace, note)
    operations += played.operations
    if (played.parting === undefined) agreed++
  } catch (error) {
    // A server that is away answers no other sequence either; what was found until here is told.
    console.log(`sequence ${index} broke`, error)
    process.exitCode = 1
    break
  }
}
const sorted = [...groups].sort(([, a], [, b]) => b.count - a.count)
for (const [key, { count, example }] of sorted.slice(0, Number(values.shown))) {
  console.log(`${count}x ${key}`)
  console.log(`      op ${JSON.stringify(example.operation).slice(0, 500)}`)
}
console.log(
  `${operations} operations agreed, ${agreed} of ${values.sequences} sequences, ${groups.size} kinds of difference`,
)
process.exit()
