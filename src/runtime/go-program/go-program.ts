/** A Go program compiled to WebAssembly, in a thread of its own, bounded in time and memory. Text in, text out. Effects: starts the thread. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { ProgramFile } from './worker.ts'

export interface GoProgramOptions {
  readonly clock: Clock
  /** The module, compressed by gzip; it exports `allocate` and `render`, as tools/gotemplate and tools/jsonnet do. */
  readonly file: URL
  /** The most memory it may take, in pages of 64 KiB. */
  readonly memoryPages: number
  /** The longest one question may take, in ms. */
  readonly timeMs: number
}

export interface GoProgram extends AsyncDisposable {
  /** Questions are answered one after the other. Throws GoProgramFailure, or the reason of the signal. */
  ask(question: string, signal?: AbortSignal): Promise<string>
}

/** The program crashed or took too long; the next question starts it anew. */
export class GoProgramFailure extends Error {
  override readonly name = 'GoProgramFailure'
  readonly kind: 'crashed' | 'timedOut'

  constructor(kind: GoProgramFailure['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.kind = kind
  }
}

/** A thread that nobody asks is given back: it holds some 100 MiB. */
const idleMs = 30_000

/** The thread starts with the first question and does not keep the process alive. */
export function createGoProgram(options: GoProgramOptions): GoProgram {
  const { clock, timeMs } = options
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  let cancelIdle = () => {}

  function running(): Worker {
    if (worker === undefined) {
      const workerData: ProgramFile = { file: options.file.href, memoryPages: options.memoryPages }
      const started = new Worker(new URL('./worker.ts', import.meta.url), { stdout: true, stderr: true, workerData })
      started.unref()
      worker = started
    }
    return worker
  }

  function drop(ended: Worker): void {
    if (worker === ended) worker = undefined
    void ended.terminate()
  }

  async function exchange(question: string, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    cancelIdle()
    const thread = running()
    thread.ref()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const fail = (kind: GoProgramFailure['kind'], detail: string, cause?: unknown) => {
      drop(thread)
      reject(new GoProgramFailure(kind, detail, { cause }))
    }
    const onMessage = (message: { answer?: string; crash?: string }) =>
      message.answer === undefined ? fail('crashed', message.crash ?? 'the engine stopped') : resolve(message.answer)
    const onError = (error: unknown) => fail('crashed', error instanceof Error ? error.message : String(error), error)
    const onExit = () => fail('crashed', 'the engine stopped')
    const onAbort = () => {
      drop(thread)
      reject(signal?.reason)
    }
    const cancel = clock.after(timeMs, () => fail('timedOut', `they ran longer than ${timeMs / 1000} s`))
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      thread.postMessage(new TextEncoder().encode(question))
      return await promise
    } finally {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
      thread.unref()
      cancelIdle = clock.after(idleMs, () => drop(thread))
    }
  }

  return {
    ask(question, signal) {
      const answer = last.then(() => exchange(question, signal))
      last = answer.catch(() => {})
      return answer
    },
    async [Symbol.asyncDispose]() {
      cancelIdle()
      // Nothing else may keep the process alive until the thread has ended.
      worker?.ref()
      await worker?.terminate()
      worker = undefined
    },
  }
}
