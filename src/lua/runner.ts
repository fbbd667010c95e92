/**
 * Runs Lua that users wrote, apart from the main loop and within limits. Effects: a worker thread, started when first needed.
 *
 * Requests are answered in order. Only ending the thread ends a script that catches every error (`while true do pcall(f) end`), so
 * that is the one way here: the request at the head is answered with `timedOut`, the others go to a new thread.
 */
import { Worker } from 'node:worker_threads'
import { messageOf } from '../api/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { MachineAnswer } from './machine.ts'
import type { LuaReply, LuaRequest } from './messages.ts'

export interface LuaScript {
  readonly source: string
  /** The whole standard library that the sandbox has, instead of base, table, os.time and os.date. */
  readonly openLibs: boolean
}

export type LuaAnswer = MachineAnswer | { readonly kind: 'timedOut' }

export interface LuaRunner extends AsyncDisposable {
  /**
   * Runs a script with the globals `obj` and, if given, `actionParams`. Never rejects. A script that ran out of time is not started
   * again for `heldMs`, and answers `timedOut` at once.
   */
  run(script: LuaScript, object: unknown, params?: Readonly<Record<string, string>>): Promise<LuaAnswer>
}

export interface LuaLimits {
  /** Argo CD's limit is one second. Here it is processor time, so that a busy machine is no fault of a script. */
  readonly timeMs: number
  readonly memoryBytes: number
  readonly heldMs: number
}

export const defaultLimits: LuaLimits = { timeMs: 1_000, memoryBytes: 64 * 1024 * 1024, heldMs: 60_000 }

interface Pending {
  readonly id: number
  readonly script: LuaScript
  readonly object: unknown
  readonly params: unknown
  readonly resolve: (answer: LuaAnswer) => void
}

/** As many requests lie ahead in the thread's own queue; the rest wait here, where they survive the thread. */
const ahead = 64
const maxScripts = 1_000
const startMs = 30_000
/** In terms of `timeMs` by the clock: the end even for a thread that gets no processor. */
const maxTerms = 30
const silent = Number.POSITIVE_INFINITY

/** Processor time that a thread has used so far, in ms. */
export type ProcessorTime = (thread: Worker) => Promise<number>

const measured: ProcessorTime = async (thread) => {
  const { user, system } = await thread.cpuUsage()
  return (user + system) / 1_000
}

export function createLuaRunner(
  clock: Clock,
  limits: LuaLimits = defaultLimits,
  processorTime: ProcessorTime = measured,
): LuaRunner {
  const waiting: Pending[] = []
  const sent: Pending[] = []
  const scripts = new Map<string, number>()
  const held = new Map<string, number>()
  let worker: Worker | undefined
  let ready = false
  let closed = false
  let nextId = 1
  let stopTimer = () => {}

  function post(request: LuaRequest): void {
    worker?.postMessage(request)
  }

  function scriptId(source: string): number {
    const known = scripts.get(source)
    if (known !== undefined) return known
    const script = scripts.size + 1
    scripts.set(source, script)
    post({ kind: 'load', script, source })
    return script
  }

  function pump(): void {
    if (closed || waiting.length + sent.length === 0) return
    if (worker === undefined) start()
    if (!ready) return
    // Scripts come from settings, few and stable; whoever asks with ever new ones must not fill the thread.
    if (scripts.size > maxScripts && sent.length === 0) {
      scripts.clear()
      post({ kind: 'forget' })
    }
    while (sent.length < ahead) {
      const next = waiting.shift()
      if (next === undefined) break
      if (scripts.size > maxScripts && !scripts.has(next.script.source) && sent.length > 0) {
        waiting.unshift(next)
        break
      }
      const { id, script, object, params } = next
      post({ kind: 'run', id, script: scriptId(script.source), openLibs: script.openLibs, object, params })
      sent.push(next)
      if (sent.length === 1) watchHead()
    }
    if (sent.length > 0) worker?.ref()
  }

  function watchHead(): void {
    stopTimer()
    if (sent.length === 0) {
      // An idle thread does not keep the process alive.
      worker?.unref()
      return
    }
    judgeLater(sent[0]?.id, undefined, 1)
  }

  /** At the end of each term: has the head used its time since the end of the first one? Replies that came meanwhile are read between. */
  function judgeLater(id: number | undefined, usedBefore: number | undefined, term: number): void {
    const thread = worker
    if (thread === undefined) return
    stopTimer = clock.after(limits.timeMs, () => {
      void usedBy(thread).then((used) => {
        if (worker !== thread || sent[0]?.id !== id) return
        const over = used === silent || (usedBefore !== undefined && used - usedBefore >= limits.timeMs / 2)
        if (over || term >= maxTerms) endHead({ kind: 'timedOut' })
        else judgeLater(id, usedBefore ?? used, term + 1)
      })
    })
  }

  /** `silent` when the thread does not even answer this. */
  async function usedBy(thread: Worker): Promise<number> {
    const late = Promise.withResolvers<number>()
    const cancel = clock.after(limits.timeMs, () => late.resolve(silent))
    try {
      return await Promise.race([processorTime(thread), late.promise])
    } catch {
      return silent
    } finally {
      cancel()
    }
  }

  function endHead(answer: LuaAnswer): void {
    const head = sent.shift()
    if (head !== undefined) {
      if (answer.kind === 'timedOut') held.set(head.script.source, clock.now() + limits.heldMs)
      head.resolve(answer)
    }
    restart()
  }

  /** What the thread had not begun goes back to the front of the queue. */
  function restart(): void {
    stopTimer()
    const old = worker
    worker = undefined
    ready = false
    scripts.clear()
    waiting.unshift(...sent.splice(0))
    old?.removeAllListeners()
    old?.on('error', () => {})
    void old?.terminate()
    pump()
  }

  function start(): void {
    const started = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { memoryBytes: limits.memoryBytes },
      execArgv: [],
      // What the Lua library prints about memory is said by our own answer.
      stdout: true,
      stderr: true,
    })
    worker = started
    started.on('message', (reply: LuaReply) => {
      if (worker !== started) return
      if (reply.kind === 'ready') {
        ready = true
        stopTimer()
        pump()
      } else take(reply.id, reply.answer)
    })
    started.on('error', (error) => {
      if (worker !== started) return
      if (ready) endHead({ kind: 'failed', message: `Lua ended: ${messageOf(error)}` })
      else failStart(error)
    })
    stopTimer = clock.after(startMs, () => failStart(new Error('it did not start in time')))
  }

  /** A thread that cannot start is no fault of a script: every request says so, and the next one tries again. */
  function failStart(error: unknown): void {
    const all = [...sent.splice(0), ...waiting.splice(0)]
    for (const one of all) one.resolve({ kind: 'failed', message: `Lua cannot be started: ${messageOf(error)}` })
    restart()
  }

  function take(id: number, answer: MachineAnswer): void {
    if (sent[0]?.id !== id) return
    if (answer.kind === 'outOfMemory') {
      endHead(answer)
      return
    }
    const head = sent.shift()
    watchHead()
    head?.resolve(answer)
    pump()
  }

  function isHeld(source: string): boolean {
    const until = held.get(source)
    if (until === undefined) return false
    if (until > clock.now()) return true
    held.delete(source)
    return false
  }

  return {
    run(script, object, params) {
      if (closed) return Promise.resolve({ kind: 'failed', message: 'Lua was stopped' })
      if (isHeld(script.source)) return Promise.resolve({ kind: 'timedOut' })
      return new Promise((resolve) => {
        waiting.push({ id: nextId++, script, object, params, resolve })
        pump()
      })
    },
    async [Symbol.asyncDispose]() {
      closed = true
      stopTimer()
      for (const one of [...sent.splice(0), ...waiting.splice(0)]) {
        one.resolve({ kind: 'failed', message: 'Lua was stopped' })
      }
      const old = worker
      worker = undefined
      await old?.terminate()
    },
  }
}
