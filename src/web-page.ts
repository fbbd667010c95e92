/** Has the web page built when it is not, apart and in the background; the API works meanwhile. Effects: files, a child process. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from './api/errors.ts'
import type { Logger } from './runtime/logger.ts'
import type { PageState } from './server/page-files.ts'

export interface WebPage {
  readonly state: () => PageState
  /** Resolves when the page is there, or when it is clear that it cannot be; the state says which. Never rejects. */
  ensure(signal: AbortSignal): Promise<void>
}

/** What the page is made of. */
const inputs = [
  'ui/src/**/*',
  'ui/index.html',
  'ui/vite.config.ts',
  'src/client/*.ts',
  'src/api/**/*.ts',
  'package-lock.json',
]
const stampFile = 'stamp'

export function createWebPage(options: { readonly projectDir: string; readonly logger: Logger }): WebPage {
  const { projectDir, logger } = options
  const directory = join(projectDir, 'ui', 'dist')
  let state: PageState = { state: 'building' }

  return {
    state: () => state,
    async ensure(signal) {
      try {
        const wanted = stampOf(projectDir)
        const present = await readFile(join(directory, stampFile), 'utf8').catch(() => '')
        if (present !== wanted) {
          await build(projectDir, directory, wanted, signal)
          logger.info({ directory }, 'web page built')
        }
        state = { state: 'ready', directory }
      } catch (error) {
        if (signal.aborted) return
        logger.error({ err: error }, 'the web page could not be built')
        state = { state: 'missing', message: messageOf(error) }
      }
    },
  }
}

/** Changes when the page would. */
function stampOf(projectDir: string): string {
  const hash = createHash('sha256')
  const files = globSync([...inputs], { cwd: projectDir, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of files)
    hash
      .update(`${file.slice(projectDir.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

/** Into a folder of its own, then moved: two processes may do so at once, and nobody sees half of it. */
async function build(projectDir: string, directory: string, stamp: string, signal: AbortSignal): Promise<void> {
  const temporary = `${directory}.${process.pid}`
  try {
    const vite = join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js')
    await run([vite, 'build', join(projectDir, 'ui'), '--outDir', temporary, '--logLevel', 'error'], projectDir, signal)
    await writeFile(join(temporary, stampFile), stamp)
    await rm(directory, { recursive: true, force: true })
    await rename(temporary, directory)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function run(args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd, signal, stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4_000)))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`Cannot build the web page: vite ended with ${code}: ${output.trim()}`)),
    )
  })
}
