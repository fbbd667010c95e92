/** JSON that keeps 64-bit integers exact, as the API server (written in Go) does. Pure. */

interface RawJson {
  rawJSON(text: string): unknown
}

// ES2026 JSON.rawJSON is in Node 24 but not yet in the type library.
const { rawJSON } = JSON as unknown as RawJson

/** Sixteen digits in a row: the shortest text that can hold an integer beyond 2^53. */
const longDigits = /\d{16}/

const wholeNumber = /^-?\d+$/

/**
 * As JSON.parse, but an integer that a number cannot hold exactly becomes a bigint. The check costs a scan of the text; only a text
 * with a run of 16 digits pays for the slow way. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return longDigits.test(text) ? JSON.parse(text, reviveInteger) : JSON.parse(text)
}

function reviveInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && wholeNumber.test(source) ? BigInt(source) : value
}

/** As JSON.stringify, but a bigint is written as its digits. Throws TypeError for cycles. */
export function stringifyJson(value: unknown, space?: number): string {
  try {
    return JSON.stringify(value, undefined, space)
  } catch (error) {
    // The common case pays nothing for bigint: JSON.stringify refuses them with a TypeError, and only then the slow way is taken.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, replaceBigInt, space)
  }
}

function replaceBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value
}
