/** Builds one program of a control plane from its Go module. Effects: the Go toolchain, the module proxy, files below the cache directory. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { GoModule, Program } from './versions.ts'
import { linkerFlags, wrapperModule, wrapperSource } from './wrapper-module.ts'

const execute = promisify(execFile)
const oldestGo = [1, 25] as const

export interface BuildOptions {
  readonly program: Program
  readonly module: GoModule
  /** Where the wrapper module lies, kept so that a second build is quick. */
  readonly workDirectory: string
  /** The program appears here whole or not at all. */
  readonly output: string
  readonly signal?: AbortSignal | undefined
}

/** Throws with Go's own words. Takes minutes for the first Kubernetes program; modules and objects are in Go's caches afterwards. */
export async function buildProgram(options: BuildOptions): Promise<void> {
  const { module, program, output, workDirectory } = options
  const path = module.programs[program]
  if (path === undefined) throw new Error(`Cannot build ${program}: ${module.path} has no such program`)
  await mkdir(workDirectory, { recursive: true })
  const { stdout } = await execute('go', ['mod', 'download', '-json', `${module.path}@${module.version}`], {
    cwd: workDirectory,
    env: goEnvironment(),
  })
  const { GoMod: goMod } = JSON.parse(stdout) as { GoMod: string }
  await writeFile(join(workDirectory, 'go.mod'), wrapperModule(module, await readFile(goMod, 'utf8')))
  await writeFile(join(workDirectory, 'tools.go'), wrapperSource(module))
  const unfinished = `${output}.${process.pid}`
  await run(
    // Building must not make the machine unusable for what else runs on it.
    ['nice', 'go', 'build', '-mod=mod', '-trimpath', '-ldflags', linkerFlags(module), '-o', unfinished, path],
    workDirectory,
    `Cannot build ${program} ${module.version}`,
    options.signal,
  )
  await rename(unfinished, output)
}

/** Throws when there is no Go, or one that is too old, and says what to do instead. */
export async function requireGo(): Promise<string> {
  const wanted = `Go ${oldestGo.join('.')} or newer (https://go.dev/dl), etcd and the Kubernetes programs on PATH, or a disposable cluster in HALCYON_TEST_KUBECONFIG`
  const version = await execute('go', ['env', 'GOVERSION'], { env: goEnvironment() }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (version === undefined) throw new Error(`Cannot build a control plane: there is no Go on PATH; wanted: ${wanted}`)
  if (!isRecentGo(version)) throw new Error(`Cannot build a control plane with ${version}; wanted: ${wanted}`)
  return version
}

/** `go1.26.8`; a development version counts as recent. */
export function isRecentGo(version: string): boolean {
  const match = /^go(\d+)\.(\d+)/.exec(version)
  if (match === null) return version.startsWith('devel')
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])
}

/** Static programs, and no trace of the checkout they are built beside. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' }
}

async function run(
  command: readonly string[],
  cwd: string,
  what: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd, env: goEnvironment(), stdio: ['ignore', 'ignore', 'pipe'], signal })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-8_000)
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${what}: ${cause.message}`, { cause })))
    child.once('close', (code, ended) => {
      if (code === 0) resolve()
      else reject(new Error(`${what}: go build ended with ${code ?? ended}\n${output.trimEnd()}`))
    })
  })
}
