/** How often many objects may be judged together. Pure. */

/** Below this a look costs next to nothing. */
const manyObjects = 100
/** A judgement takes about a microsecond for each object, so this keeps looking below two percent of a core. */
const pausePerObjectMs = 0.05

/**
 * Milliseconds to let pass after a look at `count` objects before the next one. Each of n objects reports several times on its way, and a
 * look at all of them for each report would cost n times n; 0 for a usual application, a quarter of a second for 5,000 objects.
 */
export function pauseAfterLookMs(count: number): number {
  return count < manyObjects ? 0 : count * pausePerObjectMs
}
