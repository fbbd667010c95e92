/** The real command in a process of its own, for stories about what happens to processes. Effects. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createClient, type HalcyonClient } from '../../src/client/client.ts'
import { readServerFile } from '../../src/client/discover.ts'

const command = join(import.meta.dirname, '..', '..', 'bin', 'halcyon.js')

export interface Finished {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface HalcyonProcess extends AsyncDisposable {
  readonly finished: Promise<Finished>
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): void
  /** SIGTERM: the clean stop. */
  stop(): void
}

export interface HalcyonOptions {
  /** Added to the environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Starts `halcyon ...args`. Disposing kills it. */
export function startHalcyon(args: readonly string[], options: HalcyonOptions = {}): HalcyonProcess {
  const child = spawn(process.execPath, [command, ...args], {
    // Nobody's own settings: what a story means it says.
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished = collect(child)
  return {
    finished,
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await finished
    },
  }
}

/** Runs `halcyon ...args` to its end. */
export function runHalcyon(args: readonly string[], options: HalcyonOptions = {}): Promise<Finished> {
  return startHalcyon(args, options).finished
}

/**
 * Asks the process of a data directory over its API until the answer is true, and resolves with it. A process that is not there (yet)
 * is waited for; when the time is over, throws with the last refusal.
 */
export async function untilApi<T>(
  dataDir: string,
  what: string,
  look: (api: HalcyonClient) => Promise<T | undefined | false>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  let refusal: unknown = 'every answer was false'
  while (Date.now() < end) {
    try {
      const value = await look(createClient(await readServerFile(dataDir)))
      if (value !== undefined && value !== false) return value
    } catch (error) {
      refusal = error
    }
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  throw new Error(`waited ${seconds} s for ${what}`, { cause: refusal })
}

function collect(child: ChildProcess): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? undefined, stdout, stderr }))
  })
}
