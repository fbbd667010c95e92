/**
 * The few system calls that a Go program in WebAssembly makes, with nothing behind them: no files, no environment, no arguments. Only
 * the clock, randomness and, for a crash, its own message. Effects: reads the clock and the random source.
 */
import { getRandomValues } from 'node:crypto'
import type { SystemCall, WasmMemory } from './web-assembly.ts'

const success = 0
const badDescriptor = 8
const notImplemented = 52

export interface SystemCalls {
  readonly imports: Readonly<Record<string, SystemCall>>
  /** To be called with the instance's memory before anything runs. */
  attach(memory: WasmMemory): void
  /** The last thing the program wrote to standard error: Go's reason for a crash. */
  lastWords(): string
}

/** Thrown when the program ends itself, which for Go is a crash. */
export class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded'
}

export function createSystemCalls(): SystemCalls {
  let memory: WasmMemory | undefined
  let written = ''
  const view = () => new DataView(memory!.buffer)

  const imports: Record<string, SystemCall> = {
    clock_time_get(_clock: number, _precision: bigint, to: number) {
      view().setBigUint64(to, BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)), true)
      return success
    },
    random_get(to: number, size: number) {
      for (let at = 0; at < size; at += 65_536) {
        getRandomValues(new Uint8Array(memory!.buffer, to + at, Math.min(65_536, size - at)))
      }
      return success
    },
    fd_write(_descriptor: number, vectors: number, count: number, to: number) {
      let size = 0
      for (let index = 0; index < count; index++) {
        const at = view().getUint32(vectors + index * 8, true)
        const length = view().getUint32(vectors + index * 8 + 4, true)
        written = (written + Buffer.from(memory!.buffer, at, length).toString('utf8')).slice(0, 4096)
        size += length
      }
      view().setUint32(to, size, true)
      return success
    },
    proc_exit(code: number) {
      throw new ProgramEnded(`the program ended with code ${code}`)
    },
    args_sizes_get: none,
    environ_sizes_get: none,
    args_get: () => success,
    environ_get: () => success,
    sched_yield: () => success,
    // Go waits for a timer only when nothing else is to do; there is never anything to wait for.
    poll_oneoff(_from: number, _to: number, _count: number, events: number) {
      view().setUint32(events, 0, true)
      return success
    },
    fd_fdstat_get: () => badDescriptor,
    fd_prestat_get: () => badDescriptor,
  }

  function none(count: number, size: number): number {
    view().setUint32(count, 0, true)
    view().setUint32(size, 0, true)
    return success
  }

  return {
    imports: new Proxy(imports, { get: (known, name) => known[name as string] ?? (() => notImplemented) }),
    attach(given) {
      memory = given
    },
    lastWords: () => written.split('\n').find((line) => line.trim() !== '') ?? '',
  }
}

/**
 * The same module with an upper bound on its memory, in pages of 64 KiB. Go declares none. Pure. Throws when the bytes are no module
 * with a memory of its own.
 */
export function withMemoryLimit(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  let at = 8
  const read = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++]
      if (byte === undefined) throw new Error('the WebAssembly module is cut off')
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }
  while (at < module.length) {
    const start = at
    const id = module[at++]
    const size = read()
    const body = at
    if (id !== 5) {
      at = body + size
      continue
    }
    read()
    at++
    const minimum = read()
    const content = [1, 1, ...leb(minimum), ...leb(Math.max(minimum, pages))]
    const section = [5, ...leb(content.length), ...content]
    const limited = new Uint8Array(start + section.length + module.length - body - size)
    limited.set(module.subarray(0, start))
    limited.set(section, start)
    limited.set(module.subarray(body + size), start + section.length)
    return limited
  }
  throw new Error('the WebAssembly module declares no memory')
}

function leb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}
