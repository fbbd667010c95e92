/** Starts halcyon and the sandbox as processes of their own and measures them from outside. Effects. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const main = join(import.meta.dirname, '..', 'bin', 'halcyon.js')

export interface Running extends AsyncDisposable {
  readonly pid: number
  readonly child: ChildProcess
  /** What it printed so far, both streams. */
  readonly output: () => string
}

export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HALCYON_LOG_LEVEL: 'warn', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000)
    })
  }
  return {
    pid: child.pid ?? 0,
    child,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}

/** Memory in MiB: resident now, the part of it that is mapped files (above all the Node binary, which processes share), and the peak. */
export function memoryOf(pid: number): { rss: number; files: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024)
  return { rss: of('VmRSS'), files: of('RssFile'), peak: of('VmHWM') }
}

/** User and system time of a process without its children, in milliseconds. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** User and system time of all children that have ended, in milliseconds. */
export function childrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** Polls until `look` gives a value. Throws with what the process printed when it ends first, or when the time is over. */
export async function until<T>(
  what: string,
  running: Running,
  look: () => Promise<T | undefined>,
  seconds = 600,
  everyMs = 50,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (running.child.exitCode !== null)
      throw new Error(`the process ended while waiting for ${what}:\n${running.output()}`)
    const value = await look().catch(() => undefined)
    if (value !== undefined) return value
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  throw new Error(`waited ${seconds} s for ${what}:\n${running.output()}`)
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}
