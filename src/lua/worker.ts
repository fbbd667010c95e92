/** The thread in which Lua runs. Whoever started it ends it when a script does not. Effects: messages to the parent. */
import { parentPort, workerData } from 'node:worker_threads'
import { createMachine } from './machine.ts'
import type { LuaReply, LuaRequest } from './messages.ts'

const { memoryBytes } = workerData as { readonly memoryBytes: number }
limitMemory(memoryBytes)

const machine = await createMachine()
const broken = new Map<number, string>()

function handle(request: LuaRequest): void {
  switch (request.kind) {
    case 'load': {
      const problem = machine.load(request.script, request.source)
      if (problem !== undefined) broken.set(request.script, problem)
      return
    }
    case 'forget':
      machine.forget()
      broken.clear()
      return
    case 'run': {
      const { id, script, openLibs, object, params } = request
      const problem = broken.get(script)
      const answer =
        problem === undefined
          ? machine.run(script, openLibs, object, params)
          : ({ kind: 'failed', message: problem } as const)
      parentPort?.postMessage({ kind: 'answer', id, answer } satisfies LuaReply)
    }
  }
}

/**
 * The Lua library has no limit of its own that costs nothing. Its memory grows only through this call, and a growth that fails is
 * to Lua an allocation that fails. Nothing else lives in this thread.
 */
function limitMemory(bytes: number): void {
  const pageBytes = 65_536
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: GrowingMemory } } }).WebAssembly
    .Memory
  const { grow } = prototype
  prototype.grow = function (this: GrowingMemory, pages: number): number {
    if (this.buffer.byteLength + pages * pageBytes > bytes) throw new RangeError('the memory limit of a script')
    return grow.call(this, pages)
  }
}

/** As far as it is used here: the type library of Node has no WebAssembly. */
interface GrowingMemory {
  readonly buffer: ArrayBuffer
  grow(this: GrowingMemory, pages: number): number
}

parentPort?.on('message', handle)
parentPort?.postMessage({ kind: 'ready' } satisfies LuaReply)
