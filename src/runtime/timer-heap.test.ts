import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTimerHeap } from './timer-heap.ts'

test('popDue() gives what is due, earliest first, and leaves the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 })), fc.integer({ min: 0, max: 100 }), (times, now) => {
      const heap = createTimerHeap<number>()
      for (const at of times) heap.push(at, at)
      const popped: number[] = []
      for (let due = heap.popDue(now); due !== undefined; due = heap.popDue(now)) popped.push(due.item)
      expect(popped).toEqual(times.filter((at) => at <= now).sort((a, b) => a - b))
      expect(heap.size).toBe(times.length - popped.length)
    }),
  )
})
