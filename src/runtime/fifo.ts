/** A first-in-first-out list with constant-time take; Array.shift moves every element. */

export interface Fifo<Item> {
  push(item: Item): void
  take(): Item | undefined
  readonly size: number
}

export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = []
  let head = 0
  return {
    push(item) {
      items.push(item)
    },
    take() {
      if (head === items.length) return undefined
      const item = items[head]
      items[head++] = undefined
      if (head === items.length) {
        items = []
        head = 0
      } else if (head >= 1024 && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    get size() {
      return items.length - head
    },
  }
}
