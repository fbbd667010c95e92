/**
 * Runs helm or kustomize with nothing but its private folder: clean environment, empty HOME, no standard input, limits on time, memory and
 * output, no network where the system lets us take it away. Effects: starts processes.
 *
 * Memory: `ulimit -v` bounds the address space (set by the shell that execs the tool, so no extra process stays), and GOMEMLIMIT makes
 * Go's collector work harder well before that. Network: `unshare -n` when root, `unshare -rn` when user namespaces are allowed;
 * elsewhere the run keeps the network (the charts and kustomizations rendered here name no remote files).
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HalcyonError } from '../../api/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { RenderLimits } from './limits.ts'

export interface RunRequest {
  readonly command: readonly string[]
  readonly folder: string
  /** Where it runs, below the folder; the folder itself when left out. */
  readonly directory?: string
  /** Added to the clean environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly network: boolean
  /** Said in messages: `helm`, `kustomize`, `plug-in NAME`. */
  readonly tool: string
}

export interface RunResult {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Longer than any run may wait and take. */
const abandonedMs = 60 * 60 * 1000

/** Removes folders of renderers that were killed: siblings of `folder` that nothing has touched for an hour. */
export async function removeAbandoned(folder: string, now: number): Promise<void> {
  const parent = dirname(folder)
  const names = await readdir(parent).catch(() => [])
  for (const name of names) {
    const path = join(parent, name)
    if (path === folder || !name.startsWith('render-')) continue
    const touched = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    )
    if (now - touched > abandonedMs) await rm(path, { recursive: true, force: true })
  }
}

const stderrLimit = 256 * 1024

/** A private folder, removed on disposal. Its name is the real path, as tools print it. */
export async function privateFolder(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const path = await realpath(await mkdtemp(join(parent, 'run-')))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/**
 * Throws RenderTimedOut when a limit is hit, ToolUnavailable when the program cannot be started, and the signal's reason when aborted. A
 * failure of the program itself is a result.
 */
export async function sandboxedRun(
  request: RunRequest,
  limits: RenderLimits,
  clock: Clock,
  signal?: AbortSignal,
): Promise<RunResult> {
  signal?.throwIfAborted()
  const command = await confine(request, limits)
  signal?.throwIfAborted()
  return await new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: join(request.folder, request.directory ?? ''),
      env: { ...cleanEnvironment(request, limits) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let failure: unknown
    const stop = (why: unknown) => {
      failure ??= why
      killGroup(child.pid)
    }
    const cancelTimer = clock.after(limits.timeMs, () => {
      stop(timedOut(`${request.tool} ran longer than ${limits.timeMs / 1000} s`))
    })
    const onAbort = () => stop(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })

    const output: Buffer[] = []
    let size = 0
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limits.outputBytes) stop(timedOut(`${request.tool} printed more than ${limits.outputBytes} bytes`))
      else output.push(chunk)
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < stderrLimit) stderr += text
    })
    child.on('error', (error) => {
      failure ??= new HalcyonError('ToolUnavailable', `Cannot start ${request.tool}: ${error.message}`, {
        cause: error,
      })
    })
    child.on('close', (code, killedBy) => {
      cancelTimer()
      signal?.removeEventListener('abort', onAbort)
      if (failure === undefined && outOfMemory(code, killedBy, stderr)) {
        failure = timedOut(`${request.tool} needed more than ${limits.memoryBytes} bytes of memory`)
      }
      if (failure !== undefined) reject(failure)
      else resolve({ code: code ?? 1, stdout: Buffer.concat(output), stderr })
    })
  })
}

function timedOut(detail: string): HalcyonError {
  return new HalcyonError('RenderTimedOut', detail)
}

function outOfMemory(code: number | null, killedBy: string | null, stderr: string): boolean {
  if (killedBy === 'SIGKILL') return true
  return (
    code !== 0 &&
    /(?:out of memory|memory exhausted|cannot allocate memory|failed to (?:create new OS thread|reserve))/i.test(stderr)
  )
}

/** Nothing of this process' environment but what reaches the network through a proxy, and only when the run may. */
function cleanEnvironment(request: RunRequest, limits: RenderLimits): Record<string, string> {
  const home = join(request.folder, '.home')
  const environment: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    TMPDIR: request.folder,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    HELM_PLUGINS: join(home, 'plugins'),
    LC_ALL: 'C',
    TZ: 'UTC',
    GOMEMLIMIT: String(Math.floor(limits.memoryBytes * 0.75)),
    GIT_TERMINAL_PROMPT: '0',
    ...request.environment,
  }
  if (request.network) {
    for (const name of [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'NO_PROXY',
      'http_proxy',
      'https_proxy',
      'no_proxy',
      'SSL_CERT_FILE',
      'SSL_CERT_DIR',
    ]) {
      const value = process.env[name]
      if (value !== undefined) environment[name] = value
    }
  }
  return environment
}

async function confine(request: RunRequest, limits: RenderLimits): Promise<string[]> {
  const limit = `ulimit -v ${Math.floor(limits.memoryBytes / 1024)} 2>/dev/null || :; exec "$0" "$@"`
  const shell = ['/bin/sh', '-c', limit, ...request.command]
  return request.network ? shell : [...(await networkOff()), ...shell]
}

let networkOffProbe: Promise<string[]> | undefined

/** The command prefix that starts a program without network; empty when this system allows none. Tried once per process. */
function networkOff(): Promise<string[]> {
  networkOffProbe ??= (async () => {
    for (const flags of ['-n', '-rn']) {
      if (await succeeds('unshare', [flags, '/bin/true'])) return ['unshare', flags, '--']
    }
    return []
  })()
  return networkOffProbe
}

function succeeds(command: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', timeout: 5000 })
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
