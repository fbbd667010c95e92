/** Runs the system's git: the user's own configuration, but no prompts, no hooks, no transport that runs commands. Effect: processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { type Clock, systemClock } from '../../runtime/clock.ts'

export interface GitOptions {
  /** The repository; given explicitly, so that git does not search upwards. */
  readonly gitDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  readonly input?: string | undefined
  /** Credentials of the URL, handed over outside the arguments, which every user of the machine can see. */
  readonly credentials?: Credentials | undefined
  /** More configuration, handed over in the environment. */
  readonly config?: readonly (readonly [string, string])[] | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly clock?: Clock
}

export interface Credentials {
  readonly url: string
  readonly username: string | undefined
  readonly password: string
}

/** git ended with an error, was killed after its time, or could not be started. `stderr` is as git wrote it, in English. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly code: number | undefined
  readonly stderr: string
  readonly kind: 'failed' | 'timedOut' | 'notStarted'

  constructor(kind: GitFailure['kind'], code: number | undefined, stderr: string, options?: { cause?: unknown }) {
    super(
      lastWord(stderr) || `git ${kind === 'timedOut' ? 'took too long' : `ended with code ${code ?? 'none'}`}`,
      options,
    )
    this.kind = kind
    this.code = code
    this.stderr = stderr
  }
}

export interface GitResult {
  readonly stdout: Buffer
  readonly stderr: string
}

export type GitChild = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable }

const stderrLimit = 64 * 1024
const defaultTimeoutMs = 60_000

const safeConfig = [
  'protocol.ext.allow=never',
  'protocol.fd.allow=never',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'fetch.recurseSubmodules=false',
  // A server that sends nothing for a minute is gone; one that works sends keep-alives every 5 s (uploadpack.keepAlive).
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
]
const baseArguments = ['--no-pager', '--literal-pathspecs', ...safeConfig.flatMap((entry) => ['-c', entry])]

/** Variables that would point git at another repository or make it talk about secrets. */
const dropped =
  /^(?:GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|EXTERNAL_DIFF|CEILING_DIRECTORIES|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|TRACE.*|CURL_VERBOSE|QUARANTINE_PATH|(?:GLOB|NOGLOB|ICASE|LITERAL)_PATHSPECS|PUSH_.*)|SSH_ASKPASS|LC_.*|LANG|LANGUAGE)$/

/** The environment git runs in. Pure. */
export function gitEnvironment(base: NodeJS.ProcessEnv, credentials?: Credentials): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(base)) if (!dropped.test(name)) env[name] = value
  Object.assign(env, {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    // With no terminal either (see startGit), ssh fails instead of asking, whatever ssh command the user configured.
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  })
  if (credentials !== undefined) addCredentials(env, credentials)
  return env
}

/** A credential helper that answers for this one host only; an empty one first, so that nobody else is asked or told. */
function addCredentials(env: NodeJS.ProcessEnv, credentials: Credentials): void {
  const origin = /^[a-z]+:\/\/(?:[^/@]*@)?([^/]*)/.exec(credentials.url)
  const scheme = credentials.url.slice(0, credentials.url.indexOf(':'))
  const key = `credential.${scheme}://${origin?.[1] ?? ''}.helper`
  const script =
    '!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=%s\\n" "$HALCYON_GIT_USERNAME" "$HALCYON_GIT_PASSWORD"; }; f'
  addConfig(env, [
    [key, ''],
    [key, script],
  ])
  env['HALCYON_GIT_USERNAME'] = credentials.username ?? ''
  env['HALCYON_GIT_PASSWORD'] = credentials.password
}

function addConfig(env: NodeJS.ProcessEnv, entries: readonly (readonly [string, string])[]): void {
  let count = Number.parseInt(env['GIT_CONFIG_COUNT'] ?? '0', 10) || 0
  for (const [key, value] of entries) {
    env[`GIT_CONFIG_KEY_${count}`] = key
    env[`GIT_CONFIG_VALUE_${count}`] = value
    count++
  }
  env['GIT_CONFIG_COUNT'] = String(count)
}

/** Starts git without waiting for it. Its own process group and session: nothing below it can ask on a terminal, and all of it can be ended. */
export function startGit(args: readonly string[], options: GitOptions = {}): GitChild {
  const where = options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`]
  const env = Object.assign(gitEnvironment(process.env, options.credentials), options.environment)
  if (options.config !== undefined) addConfig(env, options.config)
  return spawn('git', [...baseArguments, ...where, ...args], {
    // Not where we were started: that folder may go away, and git must not look for a repository there.
    cwd: '/',
    env,
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  }) as GitChild
}

/** Runs git to its end. Throws GitFailure, or the signal's reason. */
export function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { signal, clock = systemClock } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const child = startGit(args, options)
    const out: Buffer[] = []
    let stderr = ''
    let timedOut = false
    const onAbort = () => endGit(child)
    const cancelTimeout = clock.after(options.timeoutMs ?? defaultTimeoutMs, () => {
      timedOut = true
      endGit(child)
    })
    signal?.addEventListener('abort', onAbort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < stderrLimit) stderr += chunk.toString('utf8')
    })
    // git may end before it has read everything; what counts is how it ends.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    const settle = (finish: () => void) => {
      cancelTimeout()
      signal?.removeEventListener('abort', onAbort)
      finish()
    }
    child.once('error', (cause) => settle(() => reject(new GitFailure('notStarted', undefined, '', { cause }))))
    child.once('close', (code) =>
      settle(() => {
        if (signal?.aborted) reject(signal.reason)
        else if (timedOut) reject(new GitFailure('timedOut', undefined, stderr))
        else if (code === 0) resolve({ stdout: Buffer.concat(out), stderr })
        else reject(new GitFailure('failed', code ?? undefined, stderr))
      }),
    )
  })
}

/** Ends git and everything it started (git-remote-https, ssh). */
export function endGit(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** git's own last word: its last `fatal:` or `error:` line, else what a server said last, else the last line. Pure. */
export function lastWord(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const said =
    lines.findLast((line) => /^(?:fatal|error): /.test(line)) ??
    lines.findLast((line) => /^remote: \S/.test(line)) ??
    lines.at(-1)
  return (said ?? '').replace(/^(?:fatal|error|remote): /, '')
}
