import { expect, test } from 'vitest'
import { FakeClock } from '../../runtime/clock.ts'
import { createKeyQueue } from './key-queue.ts'

function setUp() {
  const clock = new FakeClock(0)
  const worked: string[] = []
  const queue = createKeyQueue(clock, (key) => worked.push(`${clock.now()} ${key}`))
  return { clock, queue, worked }
}

test('many changes of a key are one piece of work', async () => {
  const { clock, queue, worked } = setUp()
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  await clock.advance(100)
  expect(worked).toEqual(['5 a', '5 b'])
  expect(queue.size()).toBe(0)
})

test('the last wish for a time counts, and the order is that of the times', async () => {
  const { clock, queue, worked } = setUp()
  queue.addAfter('late', 300)
  queue.addAfter('moved', 50)
  queue.addAfter('moved', 200)
  queue.addAfter('early', 100)
  queue.addAfter('early-too', 100)
  await clock.advance(1_000)
  expect(worked).toEqual(['100 early', '100 early-too', '200 moved', '300 late'])
})

test('a key at rest has no timer, but a change still wakes it', async () => {
  const { clock, queue, worked } = setUp()
  queue.addAfter('a', 100)
  queue.add('a')
  queue.rest('a')
  await clock.advance(1_000)
  expect(worked).toEqual(['5 a'])
})

test('dropped keys and a stopped queue do nothing more', async () => {
  const { clock, queue, worked } = setUp()
  queue.add('a')
  queue.addAfter('a', 10)
  queue.drop('a')
  queue.addAfter('b', 10)
  queue.stop()
  queue.add('c')
  await clock.advance(1_000)
  expect(worked).toEqual([])
})

test('a key that asks for itself while it is worked on is worked on again', async () => {
  const clock = new FakeClock(0)
  let rounds = 0
  const queue = createKeyQueue(clock, (key) => {
    if (++rounds < 3) queue.add(key)
  })
  queue.add('a')
  await clock.advance(100)
  expect(rounds).toBe(3)
})

test('thousands of keys are spread over turns and all worked on', async () => {
  const { clock, queue, worked } = setUp()
  for (let i = 0; i < 3_000; i++) queue.addAfter(String(i), 1 + ((i * 7919) % 500))
  await clock.advance(2_000)
  expect(worked).toHaveLength(3_000)
  const times = worked.map((line) => Number(line.split(' ')[0]))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
