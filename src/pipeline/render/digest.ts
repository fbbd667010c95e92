/** Content hashes for cache keys. Pure. */
import { createHash } from 'node:crypto'
import { stringifyJson } from '../../kube/json.ts'

/** sha256 of the text, in hex. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** sha256 of plain data, by its JSON. */
export function digestOf(value: unknown): string {
  return digest(stringifyJson(value))
}
