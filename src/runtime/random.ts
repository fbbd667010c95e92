/** Randomness as an argument. */

/** A number in [0, 1). */
export type Random = () => number

export const systemRandom: Random = Math.random

/** The same numbers for the same seed, for tests and reproducible jitter. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    // mulberry32: one 32-bit word of state, good enough to spread timers.
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296
  }
}
