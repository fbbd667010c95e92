/** Small questions about JSON data. Pure. */

export type Data = Record<string, unknown>

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a key that the data itself has: keys such as `constructor` are data too. */
export function own(data: Data, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined
}

/** The map at a field, or an empty one. For reading only. */
export function dataAt(value: unknown, ...path: readonly string[]): Data {
  let current: unknown = value
  for (const step of path) {
    if (!isData(current)) return {}
    current = current[step]
  }
  return isData(current) ? current : {}
}

/** The list at a field, or an empty one. For reading only. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const last = path.at(-1)
  const holder = dataAt(value, ...path.slice(0, -1))
  const list = last === undefined ? value : holder[last]
  return Array.isArray(list) ? list : []
}

export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let index = 0; index < a.length; index++) if (!deepEqual(a[index], b[index])) return false
    return true
  }
  if (Array.isArray(b)) return false
  const left = a as Data
  const right = b as Data
  let count = 0
  for (const key in left) {
    if (!(key in right) || !deepEqual(left[key], right[key])) return false
    count++
  }
  for (const _ in right) count--
  return count === 0
}

/** A copy that shares nothing. Only for JSON data. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(clone) as T
  const copy: Data = {}
  for (const key in value) copy[key] = clone((value as Data)[key])
  return copy as T
}
