import { afterAll, describe, expect, test } from 'vitest'
import { FakeClock, systemClock } from '../runtime/clock.ts'
import { createLuaRunner, type LuaAnswer } from './runner.ts'

const runner = createLuaRunner(new FakeClock())
afterAll(() => runner[Symbol.asyncDispose]())

function run(source: string, object: unknown = {}, openLibs = false): Promise<LuaAnswer> {
  return runner.run({ source, openLibs }, object)
}

async function value(source: string, object: unknown = {}, openLibs = false): Promise<unknown> {
  const answer = await run(source, object, openLibs)
  return answer.kind === 'value' ? answer.value : answer
}

describe('values', () => {
  test('nulls are absent, integers stay integers, text of any script arrives whole', async () => {
    const object = { none: null, list: [1, null, 2], size: 3, big: 2 ** 40, part: 0.5, text: 'grün 🚀', empty: {} }
    const script =
      'return { none = type(obj.none), items = #obj.list, size = "n" .. obj.size, big = obj.big, part = obj.part, text = obj.text }'
    expect(await value(script, object)).toEqual({
      none: 'nil',
      items: 2,
      size: 'n3',
      big: 2 ** 40,
      part: 0.5,
      text: 'grün 🚀',
    })
  })

  test('objects as deep as real CRDs come and go unhurt', async () => {
    const deep: Record<string, unknown> = {}
    let inner = deep
    for (let level = 0; level < 100; level++) {
      inner['x'] = { level }
      inner = inner['x'] as Record<string, unknown>
    }
    expect(await value('return obj', deep)).toEqual(deep)
  })

  test('long texts and many members', async () => {
    const object = {
      long: 'é'.repeat(100_000),
      many: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i])),
    }
    expect(await value('return obj', object)).toEqual(object)
  })

  test.each([
    ['return print', { kind: 'value', value: undefined, type: 'function' }],
    ['return { f = print }', { kind: 'failed', message: 'what the script returned contains a function' }],
    ['local a = {} a.a = a return a', { kind: 'failed', message: expect.stringContaining('contains itself') }],
    ['return { 1, x = 2 }', { kind: 'failed', message: expect.stringContaining('mixes names and numbers') }],
    ['return { [1] = 1, [3] = 3 }', { kind: 'failed', message: expect.stringContaining('gaps') }],
    ['return', { kind: 'value', value: undefined, type: 'nil' }],
    ['return {', { kind: 'failed', message: expect.stringContaining('script:1:') }],
    ['error("no")', { kind: 'failed', message: 'script:1: no' }],
    ['return obj.a.b.c', { kind: 'failed', message: expect.stringContaining('attempt to index a nil value') }],
    ['local function f() return 1 + f() end return f()', { kind: 'outOfMemory' }],
    ['return setmetatable({}, { __gc = print })', { kind: 'failed', message: expect.stringContaining('__gc') }],
  ])('%s', async (source, expected) => {
    expect(await run(source)).toEqual(expected)
  })
})

describe('the sandbox', () => {
  test.each([
    ['string', 'nil', 'table', 'only with open libraries'],
    ['math', 'nil', 'table', 'only with open libraries'],
    ['table', 'table', 'table', 'always'],
    ['os', 'table', 'table', 'always, but small'],
    ['os.time', 'function', 'function', ''],
    ['os.date', 'function', 'function', ''],
    ['os.execute', 'nil', 'nil', 'never'],
    ['os.getenv', 'nil', 'nil', 'never'],
    ['io', 'nil', 'nil', 'never'],
    ['load', 'nil', 'nil', 'never: byte code could crash the machine'],
    ['loadstring', 'nil', 'nil', 'never'],
    ['dofile', 'nil', 'nil', 'never'],
    ['debug', 'nil', 'nil', 'never'],
    ['package', 'nil', 'nil', 'never'],
    ['table.getn', 'function', 'function', 'scripts are written for Lua 5.1'],
    ['unpack', 'function', 'function', 'scripts are written for Lua 5.1'],
    ['require("os").time', 'function', 'function', 'as in the actions that Argo CD ships'],
  ])('%s is %s, with open libraries %s', async (name, closed, open, _why) => {
    expect(await value(`return { t = type(${name}) }`, {}, false)).toEqual({ t: closed })
    expect(await value(`return { t = type(${name}) }`, {}, true)).toEqual({ t: open })
  })

  test('methods of texts need open libraries, like the library', async () => {
    expect(await run('return { t = ("x"):upper() }')).toMatchObject({ kind: 'failed' })
    expect(await value('return { t = ("x"):upper() }', {}, true)).toEqual({ t: 'X' })
  })

  test('what one run leaves behind, the next does not find', async () => {
    await run(
      'left = 1 table.insert = nil string.format = nil _G.type = nil setmetatable(_G, { __index = { spoilt = 1 } })',
      {},
      true,
    )
    const script =
      'return { left = type(left), insert = type(table.insert), format = type(string.format), spoilt = type(spoilt) }'
    expect(await value(script, {}, true)).toEqual({
      left: 'nil',
      insert: 'function',
      format: 'function',
      spoilt: 'nil',
    })
  })

  test('goto, and parameters of actions', async () => {
    const source =
      'for i = 1, 3 do if i < 3 then goto next end obj.i = i ::next:: end return { i = obj.i, p = actionParams.replicas }'
    expect(await runner.run({ source, openLibs: false }, {}, { replicas: '3' })).toMatchObject({
      value: { i: 3, p: '3' },
    })
  })
})

// Time passes only when told, so that a busy machine is no reason to end a script.
describe('limits', () => {
  const limits = { timeMs: 1_000, memoryBytes: 32 * 1024 * 1024, heldMs: 60_000 }
  const good = { source: 'return { n = obj.n }', openLibs: false }
  /** A thread that has the processor all the time: each look finds another second used. */
  const alone = () => {
    let used = 0
    return async () => (used += limits.timeMs)
  }

  test('a script that catches its own interruption ends, is held, and the others are answered', async () => {
    const clock = new FakeClock()
    await using small = createLuaRunner(clock, limits, alone())
    const endless = { source: 'while true do pcall(function() while true do end end) end', openLibs: false }
    const first = small.run(good, { n: 1 })
    const hung = small.run(endless, {})
    const later = [small.run(good, { n: 2 }), small.run(good, { n: 3 })]
    expect(await first).toMatchObject({ value: { n: 1 } })
    await clock.advance(limits.timeMs)
    await clock.advance(limits.timeMs)
    expect(await hung).toEqual({ kind: 'timedOut' })
    expect(await Promise.all(later)).toMatchObject([{ value: { n: 2 } }, { value: { n: 3 } }])
    expect(await small.run(endless, {}), 'held: answered at once').toEqual({ kind: 'timedOut' })

    await clock.advance(limits.heldMs)
    const again = small.run(endless, {})
    const after = small.run(good, { n: 4 })
    // Nothing tells from outside that a script has begun: the one before it is answered first.
    await clock.advance(0)
    expect(await Promise.race([again, Promise.resolve('tried again')])).toBe('tried again')
    await small[Symbol.asyncDispose]()
    expect(await Promise.all([again, after])).toMatchObject([{ kind: 'failed' }, { kind: 'failed' }])
  })

  test('a search pattern that takes for ever in C ends too', async () => {
    const clock = new FakeClock()
    await using small = createLuaRunner(clock, limits, alone())
    const source = 'return { n = string.find(string.rep("a", 40), string.rep("a-", 40) .. "b") }'
    const first = small.run(good, { n: 1 })
    const hung = small.run({ source, openLibs: true }, {})
    await first
    await clock.advance(limits.timeMs)
    await clock.advance(limits.timeMs)
    expect(await hung).toEqual({ kind: 'timedOut' })
  })

  test('a thread that gets no processor is waited for, but not for ever', async () => {
    const clock = new FakeClock()
    await using small = createLuaRunner(clock, limits, async () => 5)
    const first = small.run(good, { n: 1 })
    const hung = small.run({ source: 'while true do end', openLibs: false }, {})
    await first
    let ended = false
    void hung.then(() => (ended = true))
    for (let term = 1; term < 30; term++) await clock.advance(limits.timeMs)
    expect(ended).toBe(false)
    await clock.advance(limits.timeMs)
    expect(await hung).toEqual({ kind: 'timedOut' })
  })

  test('with the clock and the processor of this machine, an endless script ends', async () => {
    await using small = createLuaRunner(systemClock, { ...limits, timeMs: 100 })
    expect(await small.run({ source: 'while true do end', openLibs: false }, {})).toEqual({ kind: 'timedOut' })
  })

  test('memory without end ends, and the next script has a fresh machine', async () => {
    await using small = createLuaRunner(new FakeClock(), limits)
    const greedy = { source: 'local all = {} for i = 1, 1e9 do all[i] = { i, tostring(i) } end', openLibs: false }
    const answers = await Promise.all([small.run(greedy, {}), small.run(good, { n: 1 })])
    expect(answers).toMatchObject([{ kind: 'outOfMemory' }, { value: { n: 1 } }])
  })

  test('one huge text is refused by memory as well', async () => {
    await using small = createLuaRunner(new FakeClock(), limits)
    const source = 'local s = string.rep("x", 1e7) while true do s = s .. s end'
    expect(await small.run({ source, openLibs: true }, {})).toEqual({ kind: 'outOfMemory' })
  })

  test('after closing, nothing runs and nothing hangs', async () => {
    const small = createLuaRunner(new FakeClock(), limits)
    const running = small.run(good, {})
    await small[Symbol.asyncDispose]()
    expect(await running).toMatchObject({ kind: 'failed' })
    expect(await small.run(good, {})).toMatchObject({ kind: 'failed' })
  })
})
