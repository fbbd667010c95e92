import { expect, test } from 'vitest'
import { application, degraded, now, syncing } from './example-views.ts'
import { createPainter } from './painter.ts'
import { type ProgressState, progressLines, progressNews } from './progress.ts'
import { noStyle } from './style.ts'

const state: ProgressState = {
  services: [
    { name: 'sandbox cluster', state: 'ready', detail: 'https://127.0.0.1:41573' },
    { name: 'halcyon', state: 'starting', detail: '' },
  ],
  applications: [application('fleet'), syncing(), degraded()],
  activity: 'fetching https://git.example.com/halcyon/fleet.git',
  startedAt: now - 3400,
}

test('the picture shows services, a count, and what is not settled', () => {
  const lines = progressLines(state, { now, style: noStyle, width: 100, height: 24 })
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
      sandbox cluster                  ready  https://127.0.0.1:41573
      halcyon                          ...
      fetching https://git.example.com/halcyon/fleet.git

      1 of 3 healthy, 1 syncing after 3.4 s
      shop-production  Synced     Degraded     9f2c1ab  22 min  Pod shop/web-6f9c: ImagePullBackOff:...
      shop-staging     OutOfSync  Progressing  9f2c1ab  12 s    wave 2 (step 2 of 3): waiting for Dep...
    "
  `)
})

test('the picture never has more lines than the terminal', () => {
  const applications = Array.from({ length: 100 }, (_, index) => syncing(`app-${index}`))
  const lines = progressLines({ ...state, applications }, { now, style: noStyle, width: 80, height: 24 })
  expect(lines.length).toBeLessThan(24)
  expect(lines.at(-1)).toMatch(/and \d+ more/)
})

test('a pipe gets one line for each change, and none without one', () => {
  const first = progressNews(undefined, state)
  expect(first).toEqual([
    'sandbox cluster: ready https://127.0.0.1:41573',
    'fetching https://git.example.com/halcyon/fleet.git',
    'fleet: Synced Healthy',
    'shop-staging: OutOfSync Progressing, wave 2 (step 2 of 3): waiting for Deployment shop/web: 1 of 3 replicas ready',
    'shop-production: Synced Degraded, Pod shop/web-6f9c: ImagePullBackOff: registry.example.com/shop/web:v1.9.1 not found',
  ])
  expect(progressNews(state, { ...state, startedAt: 0 })).toEqual([])
  const settled = [application('fleet'), application('shop-staging'), degraded()]
  expect(progressNews(state, { ...state, applications: settled })).toEqual(['shop-staging: Synced Healthy'])
})

test('a pipe gets a count of a large fleet at every tenth', () => {
  const fleet = (healthy: number) =>
    Array.from({ length: 100 }, (_, index) => (index < healthy ? application(`a${index}`) : syncing(`a${index}`)))
  const at = (healthy: number): ProgressState => ({
    ...state,
    services: [],
    activity: '',
    applications: fleet(healthy),
  })
  expect(progressNews(undefined, at(0))).toEqual(['100 applications: 0 of 100 healthy, 100 syncing'])
  expect(progressNews(at(0), at(9))).toEqual([])
  expect(progressNews(at(9), at(10))).toEqual(['100 applications: 10 of 100 healthy, 90 syncing'])
})

function fakeTerminal() {
  let time = now
  let written = ''
  const write = (text: string) => {
    written += text
  }
  const timers: { at: number; callback: () => void }[] = []
  return {
    screen: { isTTY: true, columns: 80, rows: 24, write },
    now: () => time,
    after(ms: number, callback: () => void) {
      const timer = { at: time + ms, callback }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
    pass(ms: number) {
      time += ms
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1)
        timer.callback()
      }
    },
    take() {
      const text = written
      written = ''
      return text
    },
    pending: () => timers.length,
  }
}

const small: ProgressState = { services: [], applications: [], activity: 'fetching', startedAt: now }

test('the painter replaces its picture, at most every 80 ms, and removes it at the end', () => {
  const terminal = fakeTerminal()
  const painter = createPainter({ ...terminal, style: noStyle })
  painter.update(small)
  expect(terminal.take()).toBe('  fetching\n')
  painter.update({ ...small, activity: 'rendering' })
  painter.update({ ...small, activity: 'applying' })
  expect(terminal.take(), 'too soon').toBe('')
  terminal.pass(80)
  expect(terminal.take(), 'only the newest').toBe('\u001b[1A\u001b[0J  applying\n')
  painter[Symbol.dispose]()
  expect(terminal.take()).toBe('\u001b[1A\u001b[0J')
  expect(terminal.pending(), 'no timer keeps the process alive').toBe(0)
})

test('lines that stay are printed above the picture', () => {
  const terminal = fakeTerminal()
  const painter = createPainter({ ...terminal, style: noStyle })
  painter.update(small)
  terminal.take()
  painter.print('a line\n')
  expect(terminal.take()).toBe('\u001b[1A\u001b[0Ja line\n  fetching\n')
  painter[Symbol.dispose]()
})
