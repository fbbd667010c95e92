/** Data as Go's `%+v` prints it, which the server's refusals of patches show. Pure. */
import { isData } from '../values.ts'

/** As Go prints a value: `map[spec:map[replicas:x]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isData(value)) return String(value)
  const keys = Object.keys(value).sort()
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`
}
