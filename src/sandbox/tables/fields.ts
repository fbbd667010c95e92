/** Reads fields of objects whose shape is only known to the schema. Pure. */

/** The value at a path of keys; undefined as soon as one is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined
    current = (current as Record<string | number, unknown>)[key]
  }
  return current
}

/** The string at a path, or the fallback when it is missing or empty. */
export function textAt(value: unknown, path: readonly string[], fallback = ''): string {
  const found = at(value, ...path)
  return found === undefined || found === null || found === '' ? fallback : String(found)
}

/** The number at a path; 0 when it is missing. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : 0
}

/** The list at a path; empty when it is missing. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** How many keys the map at a path has. */
export function sizeAt(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path)
  return found !== null && typeof found === 'object' ? Object.keys(found).length : 0
}
