/** One program of the control plane as a child process: its log, its readiness, its end. Effects. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Component extends AsyncDisposable {
  readonly name: string
  readonly pid: number
  /** The file with everything it prints. */
  readonly log: string
  /** Set when it has ended, wanted or not. */
  readonly ended: boolean
}

export interface ComponentOptions {
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
  /** Its log appears here. */
  readonly logs: string
  /** Asked again and again until true; a rejection counts as "not yet". */
  readonly ready: () => Promise<boolean>
  readonly seconds?: number
  readonly signal?: AbortSignal | undefined
}

const killAfterMs = 10_000

/** Resolves when it is ready. Throws with the end of its log when it ends first or the time is over; nothing is left running then. */
export async function startComponent(options: ComponentOptions): Promise<Component> {
  mkdirSync(options.logs, { recursive: true })
  const log = join(options.logs, `${options.name}.log`)
  const child = spawnBound(options.binary, options.args, log)
  const failed = new Promise<Error>((resolve) => child.once('error', resolve))
  const component: Component = {
    name: options.name,
    pid: child.pid ?? 0,
    log,
    get ended() {
      return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
  try {
    await untilReady(component, options, failed)
    return component
  } catch (error) {
    await component[Symbol.asyncDispose]()
    throw error
  }
}

async function untilReady(component: Component, options: ComponentOptions, failed: Promise<Error>): Promise<void> {
  const { name, signal, seconds = 90 } = options
  const end = Date.now() + seconds * 1000
  for (;;) {
    signal?.throwIfAborted()
    if (component.ended) {
      const error = component.pid === 0 ? await failed : undefined
      throw new Error(`Cannot start ${name}: ${error?.message ?? 'it ended'}\n${tail(component.log)}`)
    }
    if (await options.ready().catch(() => false)) return
    if (Date.now() > end) throw new Error(`Cannot start ${name}: not ready after ${seconds} s\n${tail(component.log)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/**
 * In a session of its own, so that Ctrl-C in a terminal reaches only us and the order of stopping is ours; and bound to our life
 * where the system can do that, so that not even `kill -9` leaves a control plane behind.
 */
function spawnBound(binary: string, args: readonly string[], log: string): ChildProcess {
  const file = openSync(log, 'a', 0o600)
  const bound = hasSetpriv() ? ['setpriv', '--pdeathsig', 'KILL', '--', binary, ...args] : [binary, ...args]
  try {
    const [program = '', ...rest] = bound
    return spawn(program, rest, { detached: true, stdio: ['ignore', file, file] })
  } finally {
    closeSync(file)
  }
}

let setpriv: boolean | undefined
function hasSetpriv(): boolean {
  setpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0
  return setpriv
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await closed
  clearTimeout(hard)
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
