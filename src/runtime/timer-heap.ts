/** Keys ordered by when they are due: a binary heap, because thousands of applications each wait for something. Pure data structure. */

interface Timer<Item> {
  readonly at: number
  readonly item: Item
}

export interface TimerHeap<Item> {
  push(at: number, item: Item): void
  /** The earliest time, or undefined when empty. */
  nextAt(): number | undefined
  /** Removes and returns the earliest item if it is due at `now`. */
  popDue(now: number): { readonly at: number; readonly item: Item } | undefined
  readonly size: number
}

export function createTimerHeap<Item>(): TimerHeap<Item> {
  const heap: Timer<Item>[] = []

  function rise(start: number): void {
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (heap[parent]!.at <= heap[index]!.at) return
      swap(parent, index)
      index = parent
    }
  }

  function sink(): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      let least = index
      if (left < heap.length && heap[left]!.at < heap[least]!.at) least = left
      if (left + 1 < heap.length && heap[left + 1]!.at < heap[least]!.at) least = left + 1
      if (least === index) return
      swap(least, index)
      index = least
    }
  }

  function swap(a: number, b: number): void {
    const held = heap[a]!
    heap[a] = heap[b]!
    heap[b] = held
  }

  return {
    push(at, item) {
      heap.push({ at, item })
      rise(heap.length - 1)
    },
    nextAt: () => heap[0]?.at,
    popDue(now) {
      const first = heap[0]
      if (first === undefined || first.at > now) return undefined
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first
    },
    get size() {
      return heap.length
    },
  }
}
