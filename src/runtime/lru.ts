/** A map that forgets what was used longest ago once its weight is exceeded. Pure but for its own state. */

export interface Lru<Key, Value> {
  get(key: Key): Value | undefined
  /** Looks without making the entry younger. */
  peek(key: Key): Value | undefined
  has(key: Key): boolean
  /** A value heavier than the whole budget is not kept. */
  set(key: Key, value: Value): void
  delete(key: Key): boolean
  clear(): void
  readonly size: number
  readonly weight: number
}

interface Entry<Value> {
  readonly value: Value
  readonly weight: number
}

export interface LruOptions<Key, Value> {
  readonly maxWeight: number
  /** Asked once per `set`; default 1 each, which makes `maxWeight` a count. */
  readonly weigh?: (value: Value, key: Key) => number
  /** Called for what the budget pushes out, not for what is deleted or replaced. */
  readonly onEvict?: (key: Key, value: Value) => void
}

export function createLru<Key, Value>(options: LruOptions<Key, Value>): Lru<Key, Value> {
  // A Map iterates in insertion order; re-inserting on use keeps the oldest first.
  const entries = new Map<Key, Entry<Value>>()
  let total = 0

  function remove(key: Key): Entry<Value> | undefined {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    total -= entry.weight
    return entry
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    peek: (key) => entries.get(key)?.value,
    has: (key) => entries.has(key),
    set(key, value) {
      remove(key)
      const weight = options.weigh?.(value, key) ?? 1
      if (weight > options.maxWeight) return
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= options.maxWeight) break
        const evicted = remove(oldest)
        if (evicted !== undefined) options.onEvict?.(oldest, evicted.value)
      }
    },
    delete: (key) => remove(key) !== undefined,
    clear() {
      entries.clear()
      total = 0
    },
    get size() {
      return entries.size
    },
    get weight() {
      return total
    },
  }
}
