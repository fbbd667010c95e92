import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { createLifecycle } from './lifecycle.ts'

function setUp() {
  const process = new EventEmitter()
  const clock = new FakeClock()
  const exits: number[] = []
  const errors: string[] = []
  const lifecycle = createLifecycle({
    process,
    clock,
    boundMs: 5_000,
    exit: (code) => exits.push(code),
    onError: (what) => errors.push(what),
  })
  return { process, clock, exits, errors, lifecycle }
}

test('the first signal aborts, the second ends the process', () => {
  const { process, exits, lifecycle } = setUp()
  process.emit('SIGTERM')
  expect(lifecycle.signal.aborted).toBe(true)
  expect(exits).toEqual([])
  process.emit('SIGINT')
  expect(exits).toEqual([130])
})

test('everything is closed in reverse order, even after one that fails', async () => {
  const { process, errors, lifecycle } = setUp()
  const closed: string[] = []
  for (const name of ['store', 'cluster', 'server']) {
    lifecycle.use(name, {
      async [Symbol.asyncDispose]() {
        closed.push(name)
        if (name === 'cluster') throw new Error('no')
      },
    })
  }
  await Promise.all([lifecycle.close(), lifecycle.close()])
  expect(closed).toEqual(['server', 'cluster', 'store'])
  expect(errors).toEqual(['cluster'])
  expect(lifecycle.signal.aborted).toBe(true)
  expect(process.listenerCount('SIGINT')).toBe(0)
})

test('what does not close in time is named, and the process ends', async () => {
  const { clock, exits, errors, lifecycle } = setUp()
  lifecycle.onClose('watch', () => new Promise(() => {}))
  void lifecycle.close()
  await clock.advance(5_000)
  expect(errors).toEqual(['watch'])
  expect(exits).toEqual([1])
})
