import { expect, test } from 'vitest'
import { eachOf } from './each.ts'

test('never more than the limit at once, in order, and every item is worked on', async () => {
  let running = 0
  let most = 0
  const started: number[] = []
  const items = Array.from({ length: 20 }, (_, index) => index)
  await eachOf(items, 3, async (item) => {
    started.push(item)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
  })
  expect(most).toBe(3)
  expect(started).toEqual(items)
})

test('the first error by order is thrown when all have ended', async () => {
  const ended: string[] = []
  const work = eachOf(['slow and wrong', 'wrong', 'fine'], 3, async (item) => {
    for (let turn = 0; turn < (item.startsWith('slow') ? 10 : 1); turn++) await Promise.resolve()
    ended.push(item)
    if (item !== 'fine') throw new Error(item)
  })
  await expect(work).rejects.toThrow('slow and wrong')
  expect(ended).toEqual(['wrong', 'fine', 'slow and wrong'])
})
