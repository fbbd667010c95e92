/** The thread that runs a Go program compiled to WebAssembly: one request in, one answer out. A crash ends the thread; its owner starts another. */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { createSystemCalls, withMemoryLimit } from './wasi.ts'
import { type WasmMemory, wasm } from './web-assembly.ts'

/** What the owner of the thread says about the program. */
export interface ProgramFile {
  /** URL of the module, compressed by gzip. */
  readonly file: string
  /** The most memory it may take, in pages of 64 KiB. */
  readonly memoryPages: number
}

interface Program {
  readonly memory: WasmMemory
  readonly _initialize: () => void
  readonly allocate: (size: number) => number
  /** address << 32 | length of the answer. */
  readonly render: (address: number, size: number) => bigint
}

const { file, memoryPages } = workerData as ProgramFile
const system = createSystemCalls()
const { instance } = await wasm.instantiate(withMemoryLimit(gunzipSync(readFileSync(new URL(file))), memoryPages), {
  wasi_snapshot_preview1: system.imports,
})
const program = instance.exports as unknown as Program
system.attach(program.memory)
program._initialize()

parentPort?.on('message', (request: Uint8Array) => {
  try {
    const address = program.allocate(request.length) >>> 0
    new Uint8Array(program.memory.buffer, address, request.length).set(request)
    const packed = BigInt.asUintN(64, program.render(address, request.length))
    const answer = Buffer.from(program.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn))
    parentPort?.postMessage({ answer: answer.toString('utf8') })
  } catch (error) {
    parentPort?.postMessage({ crash: system.lastWords() || (error instanceof Error ? error.message : String(error)) })
  }
})
