/** `npm run check`: everything that must hold besides the tests, in order, cheapest answer first: types, lint and format, generated docs, layers. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

const steps: readonly { readonly name: string; readonly command: readonly string[]; readonly fix: string }[] = [
  { name: 'types', command: ['tsc', '-p', '.'], fix: 'correct the types' },
  { name: 'types of the page', command: ['tsc', '-p', 'ui'], fix: 'correct the types' },
  { name: 'lint and format', command: ['biome', 'ci', '.'], fix: 'npm run fix' },
  { name: 'docs fresh', command: ['node', 'scripts/gen-docs.ts', '--check'], fix: 'node scripts/gen-docs.ts' },
  {
    name: 'layers',
    command: ['vitest', 'run', '--project', 'unit', 'test/layers.test.ts'],
    fix: 'change the import, or the table in test/layers.test.ts and say why',
  },
]

let failed = 0
for (const { name, command, fix } of steps) {
  const started = performance.now()
  const [program = '', ...args] = command
  // scripts/run.cjs has put node_modules/.bin first on PATH.
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
  console.log(`${name.padEnd(16)} ${status === 0 ? 'ok    ' : 'failed'}  ${seconds}`)
  if (status === 0) continue
  failed++
  console.log(`${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`.trimEnd())
  console.log(`  to cure it: ${fix}`)
}
process.exitCode = failed === 0 ? 0 : 1
