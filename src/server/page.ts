/** Cutting a list into pages that stay right while the list changes. Pure. */
import { HalcyonError } from '../api/errors.ts'

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Asks for what follows; absent on the last page. */
  readonly cursor?: string
  /** How many there are on all pages. */
  readonly total: number
}

/** The cursor names the last key that was given, not a position, so nothing is skipped or repeated when items come and go. */
export function pageOf<Item>(
  list: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Page<Item> {
  const after = cursor === undefined ? undefined : decode(cursor)
  const rest = after === undefined ? [...list] : list.filter((item) => keyOf(item) > after)
  rest.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return rest.length > limit && last !== undefined
    ? { items, cursor: encode(keyOf(last)), total: list.length }
    : { items, total: list.length }
}

function encode(key: string): string {
  return Buffer.from(JSON.stringify([key])).toString('base64url')
}

function decode(cursor: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(value) && typeof value[0] === 'string') return value[0]
  } catch {
    // Said below.
  }
  throw new HalcyonError('UsageInvalid', 'Cannot read the cursor: it is not one that a page before this gave')
}
