/** Gives memory back when a burst of work is over: V8 keeps the heap of its busiest moment until something asks. Effect: garbage collection. */
import { memoryUsage } from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from './clock.ts'

const lookMs = 5_000
/** A collection is worth its pause only when the process holds this much more than after the last one. */
const worthwhileBytes = 24 * 1024 * 1024

/**
 * Collects once after each burst, when `isIdle` says that nobody waits for the process; `drop` lets go of what only a burst needs before
 * that. Returns the function that stops it.
 */
export function collectWhenIdle(clock: Clock, isIdle: () => boolean, drop: () => void): () => void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (options: Readonly<Record<string, string>>) => void
  // The thorough kind: only it drops code that ran once and shrinks the heap; a plain collection left twice as much (measured).
  const collect = () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  let resting = 0
  let cancel = () => {}
  const look = () => {
    if (memoryUsage.rss() - resting > worthwhileBytes && isIdle()) {
      drop()
      collect()
      resting = memoryUsage.rss()
    }
    cancel = clock.after(lookMs, look)
  }
  cancel = clock.after(lookMs, look)
  return () => cancel()
}
