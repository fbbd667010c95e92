/** A queue of keys: each waits at most once, is worked on soon, or at a time. One timer for all of them, none while nothing is due. */
import type { Clock } from '../../runtime/clock.ts'

export interface KeyQueue {
  /** Work on the key soon; many calls before that are one. */
  add(key: string): void
  /** Work on the key after `ms`, replacing an earlier wish for the same key. */
  addAfter(key: string, ms: number): void
  /** No timer for the key: nothing is pending until somebody adds it. */
  rest(key: string): void
  /** Forget the key altogether. */
  drop(key: string): void
  /** Keys waiting now, and keys with a timer. */
  size(): number
  stop(): void
}

interface Wake {
  readonly at: number
  readonly key: string
}

/** Changes that arrive within this many milliseconds are looked at once. */
const gatherMs = 5
/** Keys per turn of the event loop: keeps a turn short while thousands wait. */
const perTurn = 128
/** Below the limit of setTimeout. */
const longestTimerMs = 2_000_000_000

/** `work` must not throw. */
export function createKeyQueue(clock: Clock, work: (key: string) => void): KeyQueue {
  const ready = new Set<string>()
  const wakes = new Map<string, number>()
  const heap: Wake[] = []
  let cancelDrain: (() => void) | undefined
  let cancelTimer: (() => void) | undefined
  let timerAt = Number.POSITIVE_INFINITY
  let stopped = false

  function add(key: string): void {
    if (stopped) return
    ready.add(key)
    cancelDrain ??= clock.after(gatherMs, drain)
  }

  function drain(): void {
    cancelDrain = undefined
    let budget = perTurn
    for (const key of ready) {
      if (budget-- === 0) break
      ready.delete(key)
      work(key)
    }
    if (ready.size > 0 && !stopped) cancelDrain ??= clock.after(0, drain)
  }

  function addAfter(key: string, ms: number): void {
    if (stopped) return
    const at = clock.now() + Math.max(1, Math.ceil(ms))
    if (wakes.get(key) === at) return
    wakes.set(key, at)
    push(heap, { at, key })
    arm()
  }

  function arm(): void {
    while (heap[0] !== undefined && wakes.get(heap[0].key) !== heap[0].at) pop(heap)
    const next = heap[0]
    if (next === undefined || stopped) return
    if (cancelTimer !== undefined) {
      if (timerAt <= next.at) return
      cancelTimer()
    }
    timerAt = next.at
    cancelTimer = clock.after(Math.min(longestTimerMs, Math.max(0, next.at - clock.now())), fire)
  }

  function fire(): void {
    cancelTimer = undefined
    const now = clock.now()
    while (heap[0] !== undefined && heap[0].at <= now) {
      const { at, key } = pop(heap)
      if (wakes.get(key) !== at) continue
      wakes.delete(key)
      ready.add(key)
    }
    if (ready.size > 0) cancelDrain ??= clock.after(0, drain)
    arm()
  }

  return {
    add,
    addAfter,
    rest: (key) => {
      wakes.delete(key)
    },
    drop: (key) => {
      wakes.delete(key)
      ready.delete(key)
    },
    size: () => ready.size + wakes.size,
    stop: () => {
      stopped = true
      cancelDrain?.()
      cancelTimer?.()
      ready.clear()
      wakes.clear()
    },
  }
}

function push(heap: Wake[], wake: Wake): void {
  let i = heap.push(wake) - 1
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (heap[parent]!.at <= wake.at) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = wake
}

/** The earliest wake; the heap must not be empty. */
function pop(heap: Wake[]): Wake {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++
    if (heap[child]!.at >= last.at) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return top
}
