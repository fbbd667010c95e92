/** Writes the pages of docs/reference that come from code: `node scripts/gen-docs.ts`; with `--check` it only says which are stale (exit code 1). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPage } from './docs/cli-page.ts'
import { healthPage } from './docs/health-page.ts'
import { reasonsPage } from './docs/reasons-page.ts'

const directory = join(import.meta.dirname, '..', 'docs', 'reference')
const pages: Readonly<Record<string, string>> = {
  'cli.md': cliPage(),
  'health.md': healthPage(),
  'reasons.md': reasonsPage(),
}

function present(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const stale = Object.entries(pages).filter(([name, text]) => present(join(directory, name)) !== text)
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.log(`stale: docs/reference/${name}`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of stale) writeFileSync(join(directory, name), text)
  console.log(stale.length === 0 ? 'all fresh' : `written: ${stale.map(([name]) => name).join(', ')}`)
}
