/** Where the programs of a control plane are: on PATH, in the user's cache, or built into it now. Effects: files, Go. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type DirectoryLock, LockHeldError, lockDirectory } from '../../../src/runtime/lock-file.ts'
import { buildProgram, requireGo } from './go-build.ts'
import { type GoModule, goModules, type Program, programs } from './versions.ts'

export type Binaries = Readonly<Record<Program, string>>

export interface BinaryOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Told what takes long, a line at a time. */
  readonly progress?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Every program, found or built. Throws when one is missing and cannot be built, with what would help. */
export async function findOrBuildBinaries(options: BinaryOptions = {}): Promise<Binaries> {
  const env = options.env ?? process.env
  const found = await findBinaries(env)
  const missing = programs.filter((program) => found[program] === undefined)
  if (missing.length > 0) {
    const version = await requireGo()
    options.progress?.(`building ${missing.join(', ')} with ${version}, once on this machine: some minutes`)
    using _lock = await lockCache(cacheDirectory(env), options)
    // Another process may have built them while this one waited.
    for (const program of missing) found[program] = await findOrBuild(program, env, options)
  }
  return found as Binaries
}

/** What is there already. */
export async function findBinaries(env: NodeJS.ProcessEnv): Promise<Partial<Record<Program, string>>> {
  const found: Partial<Record<Program, string>> = {}
  for (const program of programs) {
    const path = (await onPath(program, env)) ?? (await executable(cachedPath(program, env)))
    if (path !== undefined) found[program] = path
  }
  return found
}

/** A folder per user, outside any checkout. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'halcyon', 'control-plane')
}

async function findOrBuild(program: Program, env: NodeJS.ProcessEnv, options: BinaryOptions): Promise<string> {
  const output = cachedPath(program, env)
  if ((await executable(output)) !== undefined) return output
  const module = moduleOf(program)
  await mkdir(join(output, '..'), { recursive: true })
  const started = performance.now()
  options.progress?.(`  ${program} ${module.version} ...`)
  const workDirectory = join(cacheDirectory(env), 'build', module.path.replaceAll('/', '_'))
  await buildProgram({ program, module, workDirectory, output, signal: options.signal })
  options.progress?.(`  ${program} ${module.version} built in ${Math.round((performance.now() - started) / 1000)} s`)
  return output
}

/** Everything that decides what the program is, in its folder's name: a change of a version or a stamp builds anew. */
function cachedPath(program: Program, env: NodeJS.ProcessEnv): string {
  const module = moduleOf(program)
  const digest = createHash('sha256').update(JSON.stringify(module)).digest('hex').slice(0, 8)
  return join(cacheDirectory(env), `${module.version}-${digest}`, program)
}

function moduleOf(program: Program): GoModule {
  const module = goModules.find((one) => one.programs[program] !== undefined)
  if (module === undefined) throw new Error(`no module is known for ${program}`)
  return module
}

async function onPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = await executable(join(directory, program))
    if (path !== undefined) return path
  }
  return undefined
}

async function executable(path: string): Promise<string | undefined> {
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  )
}

/** One process builds; others wait for it. */
async function lockCache(directory: string, options: BinaryOptions): Promise<DirectoryLock> {
  let told = false
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      return await lockDirectory(directory, { pid: process.pid, startedAt: new Date().toISOString() })
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error
      if (!told) options.progress?.(`waiting: process ${error.holder?.pid ?? '?'} builds them already`)
      told = true
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
