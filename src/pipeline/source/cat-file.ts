/** A long-lived `git cat-file --batch`: many requests in flight on one process, answered in order. Effect: a process. */
import type { Socket } from 'node:net'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import { createFifo } from '../../runtime/fifo.ts'
import { endGit, type GitChild, GitFailure, startGit } from './git.ts'

export interface GitObject {
  readonly oid: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly bytes: Buffer
}

export interface ObjectReader extends AsyncDisposable {
  /**
   * The object a name means (an id, `refs/heads/main^{commit}`), or undefined when there is none or a short id is ambiguous.
   * Throws GitFailure when git cannot be run on the repository.
   */
  read(name: string, signal?: AbortSignal): Promise<GitObject | undefined>
}

interface Request {
  readonly name: string
  /** A request that already saw its process die is not given a third one. */
  retried: boolean
  readonly resolve: (object: GitObject | undefined) => void
  readonly reject: (error: unknown) => void
}

interface Running {
  readonly child: GitChild
  readonly sent: ReturnType<typeof createFifo<Request>>
  stderr: string
}

/** Idle this long, the process ends; the next request starts another in about 4 ms. */
const defaultIdleMs = 600_000

export function createObjectReader(gitDir: string, options: { clock?: Clock; idleMs?: number } = {}): ObjectReader {
  const clock = options.clock ?? systemClock
  let running: Running | undefined
  let unwritten: Request[] = []
  let cancelIdle: (() => void) | undefined
  let closed = false

  function start(): Running {
    const child = startGit(['cat-file', '--batch'], { gitDir })
    const created: Running = { child, sent: createFifo<Request>(), stderr: '' }
    const parse = createBatchParser((object) => answer(created, object))
    child.stdout.on('data', parse)
    child.stderr.on('data', (chunk: Buffer) => {
      created.stderr = (created.stderr + chunk.toString('utf8')).slice(-4096)
    })
    child.stdin.on('error', () => {})
    child.once('error', (cause) => died(created, new GitFailure('notStarted', undefined, '', { cause }), false))
    child.once('close', (code) => died(created, new GitFailure('failed', code ?? undefined, created.stderr), true))
    return created
  }

  function answer(from: Running, object: GitObject | undefined): void {
    from.sent.take()?.resolve(object)
    if (from === running && from.sent.size === 0) rest(from)
  }

  function died(dead: Running, failure: GitFailure, mayRetry: boolean): void {
    if (running === dead) running = undefined
    for (let request = dead.sent.take(); request !== undefined; request = dead.sent.take()) {
      if (!mayRetry || request.retried || closed) request.reject(failure)
      else {
        request.retried = true
        enqueue(request)
      }
    }
  }

  function enqueue(request: Request): void {
    unwritten.push(request)
    // Requests of one turn go out in one write.
    if (unwritten.length === 1) queueMicrotask(flush)
  }

  function flush(): void {
    const batch = unwritten
    unwritten = []
    if (batch.length === 0) return
    if (closed) {
      for (const request of batch) request.reject(new Error('the object reader is closed'))
      return
    }
    running ??= start()
    wake(running)
    let lines = ''
    for (const request of batch) {
      running.sent.push(request)
      lines += `${request.name}\n`
    }
    running.child.stdin.write(lines)
  }

  /** A process that waits for nothing must not keep ours alive. */
  function rest(idle: Running): void {
    setKeepsAlive(idle.child, false)
    cancelIdle?.()
    cancelIdle = clock.after(options.idleMs ?? defaultIdleMs, () => {
      if (running !== idle || idle.sent.size > 0) return
      running = undefined
      idle.child.stdin.end()
    })
  }

  function wake(used: Running): void {
    cancelIdle?.()
    cancelIdle = undefined
    setKeepsAlive(used.child, true)
  }

  return {
    read(name, signal) {
      if (/[\n\0]/.test(name)) return Promise.resolve(undefined)
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason)
          return
        }
        const onAbort = () => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        const settled =
          <Value>(settle: (value: Value) => void) =>
          (value: Value) => {
            signal?.removeEventListener('abort', onAbort)
            settle(value)
          }
        enqueue({ name, retried: false, resolve: settled(resolve), reject: settled(reject) })
      })
    },
    async [Symbol.asyncDispose]() {
      closed = true
      cancelIdle?.()
      const last = running
      running = undefined
      if (last === undefined) return
      const ended = new Promise((resolve) => last.child.once('close', resolve))
      // An idle reader does not hold the process; who waits for its end must be held, or the process ends first with exit code 13.
      setKeepsAlive(last.child, true)
      endGit(last.child)
      await ended
    },
  }
}

function setKeepsAlive(child: GitChild, alive: boolean): void {
  for (const one of [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[]) {
    if (alive) one.ref()
    else one.unref()
  }
}

/** Takes the chunks of cat-file's output and calls back once per answer, in order. Pure but for its own state. */
export function createBatchParser(onAnswer: (object: GitObject | undefined) => void): (chunk: Buffer) => void {
  let header = ''
  let head: { oid: string; type: GitObject['type'] } | undefined
  let body: Buffer = Buffer.alloc(0)
  let filled = 0
  let newlineDue = false

  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (newlineDue) {
        at++
        newlineDue = false
        continue
      }
      if (head === undefined) {
        const end = chunk.indexOf(10, at)
        if (end < 0) {
          header += chunk.toString('utf8', at)
          return
        }
        const line = header + chunk.toString('utf8', at, end)
        header = ''
        at = end + 1
        const parts = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line)
        if (parts === null) {
          // `<name> missing` or `<name> ambiguous`.
          onAnswer(undefined)
          continue
        }
        head = { oid: parts[1]!, type: parts[2] as GitObject['type'] }
        // Of its own: a slice of the shared pool would keep 64 KiB alive for as long as a small tree is remembered.
        body = Buffer.allocUnsafeSlow(Number(parts[3]))
        filled = 0
      }
      const take = Math.min(body.length - filled, chunk.length - at)
      chunk.copy(body, filled, at, at + take)
      filled += take
      at += take
      if (filled < body.length) return
      const done = { ...head, bytes: body }
      head = undefined
      newlineDue = true
      onAnswer(done)
    }
  }
}
