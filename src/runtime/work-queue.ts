/**
 * The queue behind every control loop. What is queued is a key, never an event: the handler reads the world again, so lost or merged
 * wake-ups cannot matter. A key never runs twice at once; added while it runs, it runs once more afterwards.
 */
import type { Clock } from './clock.ts'
import { createFifo } from './fifo.ts'
import type { Random } from './random.ts'
import { type Backoff, backoffMs } from './retry.ts'
import { createTimerHeap } from './timer-heap.ts'

/** How a pass over one key ended. Thrown = try again with back-off. */
export type Outcome =
  /** Wait for the next `add`. */
  | { readonly kind: 'done' }
  /** Not ready yet: come back then. */
  | { readonly kind: 'requeue'; readonly afterMs: number }
  /** Only a new commit or a person helps; like `done`, no timer is set. */
  | { readonly kind: 'stalled'; readonly reason: string }

/** `high` goes first; of eight picks one is left to `normal`, so that a flood of the former cannot starve the latter. */
export type Priority = 'high' | 'normal'

export interface WorkQueueOptions<Key> {
  readonly clock: Clock
  readonly random: Random
  /** Handlers at once. */
  readonly concurrency: number
  readonly backoff: Backoff
  /** Told of every throw, with the number of failures in a row and the wait that follows. Not told of throws after the abort. */
  readonly onError: (key: Key, error: unknown, failures: number, retryMs: number) => void
}

export interface WorkQueue<Key> {
  /** Queues the key; a second add before it runs is the same add. */
  add(key: Key, priority?: Priority): void
  /**
   * Queues the key after `ms`; of several calls the earliest counts, and the later ones are merged into it: the pass asks again for what is
   * still ahead of it.
   */
  addAfter(key: Key, ms: number): void
  /** Drops the key's place, timers and failure count. A pass that is running ends, and what it answers is ignored. */
  forget(key: Key): void
  /** Works until aborted, then resolves when the last pass has ended. The signal is handed to every pass. */
  run(handler: (key: Key, signal: AbortSignal) => Promise<Outcome>, signal: AbortSignal): Promise<void>
  /** Resolves when nothing is queued, running or due now. Timers in the future do not count. */
  idle(): Promise<void>
  /** Keys queued now. */
  readonly size: number
  readonly running: number
}

interface Item<Key> {
  readonly key: Key
  queued: Priority | undefined
  running: boolean
  /** Added while running. */
  again: Priority | undefined
  failures: number
  /** When a caller asked for a pass, and when the last outcome did; a pass clears only the latter, for it answers anew. */
  askedAt: number
  outcomeAt: number
  /** The earliest place in the timer heap; a timer that moved later keeps it and moves when it rings. */
  heapAt: number
  /** Forgotten while running: the pass' answer no longer counts. */
  forgotten: boolean
}

const never = Number.POSITIVE_INFINITY
const normalShare = 8

export function createWorkQueue<Key>(options: WorkQueueOptions<Key>): WorkQueue<Key> {
  const { clock } = options
  const items = new Map<Key, Item<Key>>()
  const high = createFifo<Item<Key>>()
  const normal = createFifo<Item<Key>>()
  const timers = createTimerHeap<Item<Key>>()
  let alarm: { readonly at: number; readonly cancel: () => void } | undefined
  let worker: { handler: (key: Key, signal: AbortSignal) => Promise<Outcome>; signal: AbortSignal } | undefined
  let queued = 0
  let running = 0
  let picks = 0
  let pumping = false
  let idleWaiters: (() => void)[] = []
  let onDrained: (() => void) | undefined

  function itemOf(key: Key): Item<Key> {
    let item = items.get(key)
    if (item === undefined) {
      item = {
        key,
        queued: undefined,
        running: false,
        again: undefined,
        failures: 0,
        askedAt: never,
        outcomeAt: never,
        heapAt: never,
        forgotten: false,
      }
      items.set(key, item)
    }
    return item
  }

  function enqueue(item: Item<Key>, priority: Priority): void {
    if (item.running) {
      item.again = item.again === 'high' ? 'high' : priority
      return
    }
    if (item.queued === priority || item.queued === 'high') return
    if (item.queued === undefined) queued++
    // A raised key leaves its old place behind; `take` skips it.
    item.queued = priority
    const lane = priority === 'high' ? high : normal
    lane.push(item)
    pump()
  }

  function take(): Item<Key> | undefined {
    const normalFirst = ++picks % normalShare === 0
    return normalFirst ? (takeFrom('normal') ?? takeFrom('high')) : (takeFrom('high') ?? takeFrom('normal'))
  }

  function takeFrom(priority: Priority): Item<Key> | undefined {
    const lane = priority === 'high' ? high : normal
    for (;;) {
      const item = lane.take()
      if (item === undefined) return undefined
      if (item.queued === priority) return item
    }
  }

  function schedule(item: Item<Key>): void {
    const at = Math.min(item.askedAt, item.outcomeAt)
    if (at >= item.heapAt) return
    item.heapAt = at
    timers.push(at, item)
    arm()
  }

  function arm(): void {
    const at = timers.nextAt()
    if (at === undefined || (alarm !== undefined && alarm.at <= at)) return
    alarm?.cancel()
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      alarm = undefined
      ring()
    })
    alarm = { at, cancel }
  }

  function ring(): void {
    const now = clock.now()
    for (let due = timers.popDue(now); due !== undefined; due = timers.popDue(now)) {
      const { item } = due
      if (due.at === item.heapAt) item.heapAt = never
      const isDue = Math.min(item.askedAt, item.outcomeAt) <= now
      if (item.askedAt <= now) item.askedAt = never
      if (item.outcomeAt <= now) item.outcomeAt = never
      if (isDue) enqueue(item, 'normal')
      schedule(item)
    }
    arm()
    settle()
  }

  /** Starts passes on the next microtask, so that `add` never runs a handler inside its caller. */
  function pump(): void {
    if (pumping || worker === undefined) return
    pumping = true
    queueMicrotask(() => {
      pumping = false
      while (worker !== undefined && !worker.signal.aborted && running < options.concurrency) {
        const item = take()
        if (item === undefined) break
        queued--
        item.queued = undefined
        item.running = true
        item.outcomeAt = never
        running++
        void pass(item, worker.handler, worker.signal)
      }
    })
  }

  async function pass(
    item: Item<Key>,
    handler: (key: Key, signal: AbortSignal) => Promise<Outcome>,
    signal: AbortSignal,
  ): Promise<void> {
    let retryMs: number | undefined
    try {
      const outcome = await handler(item.key, signal)
      item.failures = 0
      if (outcome.kind === 'requeue') retryMs = outcome.afterMs
    } catch (error) {
      if (!signal.aborted && !item.forgotten) {
        item.failures++
        retryMs = backoffMs(item.failures, options.backoff, options.random)
        options.onError(item.key, error, item.failures, retryMs)
      }
    }
    finish(item, retryMs)
  }

  function finish(item: Item<Key>, retryMs: number | undefined): void {
    running--
    item.running = false
    if (retryMs !== undefined && !item.forgotten) {
      item.outcomeAt = clock.now() + Math.max(0, retryMs)
      schedule(item)
    }
    item.forgotten = false
    const { again } = item
    item.again = undefined
    if (again !== undefined) enqueue(item, again)
    dropWhenSpent(item)
    pump()
    settle()
  }

  /** Memory follows what is known about keys, not how many there ever were. */
  function dropWhenSpent(item: Item<Key>): void {
    const waits = item.queued !== undefined || item.running || item.askedAt !== never || item.outcomeAt !== never
    if (!waits && item.failures === 0) items.delete(item.key)
  }

  function isIdle(): boolean {
    const next = timers.nextAt()
    return queued === 0 && running === 0 && (next === undefined || next > clock.now())
  }

  function settle(): void {
    if (running === 0 && worker?.signal.aborted) onDrained?.()
    if (idleWaiters.length === 0 || !isIdle()) return
    const waiters = idleWaiters
    idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  return {
    add: (key, priority = 'normal') => enqueue(itemOf(key), priority),
    addAfter(key, ms) {
      if (ms <= 0) {
        enqueue(itemOf(key), 'normal')
        return
      }
      const item = itemOf(key)
      const at = clock.now() + ms
      if (at >= item.askedAt) return
      item.askedAt = at
      schedule(item)
    },
    forget(key) {
      const item = items.get(key)
      if (item === undefined) return
      if (item.queued !== undefined) queued--
      item.queued = undefined
      item.again = undefined
      item.askedAt = never
      item.outcomeAt = never
      item.failures = 0
      item.forgotten = item.running
      dropWhenSpent(item)
      settle()
    },
    async run(handler, signal) {
      if (worker !== undefined) throw new Error('Cannot run work queue: it is running already')
      worker = { handler, signal }
      pump()
      await new Promise<void>((resolve) => {
        onDrained = resolve
        if (signal.aborted) settle()
        else signal.addEventListener('abort', settle, { once: true })
      })
      alarm?.cancel()
      alarm = undefined
      worker = undefined
      onDrained = undefined
    },
    idle: () =>
      new Promise((resolve) => {
        idleWaiters.push(resolve)
        settle()
      }),
    get size() {
      return queued
    },
    get running() {
      return running
    },
  }
}
