import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SyncWindow } from '../../api/appproject.ts'
import { parseSchedule } from './cron.ts'
import { decideSync, nextChange } from './decide.ts'
import { localOpenings } from './openings.ts'
import { concerns, readWindow } from './window.ts'
import { momentOf, momentsOf, zoneOf } from './zone.ts'

const at = (text: string) => Date.parse(text)
const window = (spec: Record<string, unknown>, strict = false) =>
  readWindow(SyncWindow.parse({ kind: 'deny', schedule: '0 22 * * *', duration: '8h', ...spec }), 0, strict)

describe('schedules', () => {
  test.each([
    ['*/15 9-17 * jan-mar MON-FRI', true],
    ['0 0 1,15 * ?', true],
    ['CRON_TZ=Europe/Berlin 0 2 * * *', true],
    ['5/20 * * * *', true],
    ['60 * * * *', false],
    ['* * * * 7', false],
    ['* * * *', false],
    ['* * * * * *', false],
    ['*/0 * * * *', false],
    ['5-1 * * * *', false],
    ['', false],
    ['@every 1h', false],
  ])('"%s" parses: %s', (text, good) => {
    if (good) expect(() => parseSchedule(text, true)).not.toThrow()
    else expect(() => parseSchedule(text, false)).toThrow()
  })

  test('names of fixed times are read, except in strict mode', () => {
    expect(parseSchedule('@daily', false)).toEqual(parseSchedule('0 0 * * *', true))
    expect(() => parseSchedule('@daily', true)).toThrow(/Argo CD reads five fields/)
  })

  test('with both day fields restricted either one is enough', () => {
    const open = localOpenings(parseSchedule('0 0 13 * FRI', true), zoneOf('UTC')!)
    expect(new Date(open.next(at('2026-02-13T00:00:00Z'))!).toISOString()).toBe('2026-02-20T00:00:00.000Z')
    expect(new Date(open.next(at('2026-03-06T00:00:00Z'))!).toISOString()).toBe('2026-03-13T00:00:00.000Z')
    expect(new Date(open.next(at('2026-04-10T00:00:00Z'))!).toISOString()).toBe('2026-04-13T00:00:00.000Z')
  })
})

describe('zones', () => {
  const berlin = zoneOf('Europe/Berlin')!
  test('a local time exists once, twice, or not at all', () => {
    expect(momentsOf(berlin, at('2026-07-01T12:00:00Z'))).toEqual([at('2026-07-01T10:00:00Z')])
    expect(momentsOf(berlin, at('2026-10-25T02:30:00Z'))).toEqual([
      at('2026-10-25T00:30:00Z'),
      at('2026-10-25T01:30:00Z'),
    ])
    expect(momentsOf(berlin, at('2026-03-29T02:30:00Z'))).toEqual([])
    expect(momentOf(berlin, at('2026-03-29T02:30:00Z'))).toBe(at('2026-03-29T01:30:00Z'))
  })

  test.each(['Europe/Nowhere', 'europe/berlin', '+02:00'])('%s is no zone', (name) => {
    expect(zoneOf(name)).toBeUndefined()
  })
})

describe('a window in local time', () => {
  const night = window({ timeZone: 'Europe/Berlin' })
  test.each([
    ['2026-01-15T20:59:59Z', false, 'winter, before ten'],
    ['2026-01-15T21:00:00Z', true, 'winter: ten is nine UTC, and the start belongs to the window'],
    ['2026-07-15T20:00:00Z', true, 'summer: ten is eight UTC'],
    ['2026-07-15T19:59:59Z', false, 'summer, before ten'],
    ['2026-07-16T03:59:59Z', true, 'eight hours later'],
    ['2026-07-16T04:00:00Z', false, 'the end does not belong to it'],
    ['2026-03-29T04:59:59Z', true, 'the night the clocks go forward still has eight hours'],
    ['2026-03-29T05:00:00Z', false, 'and no more'],
  ])('%s: %s (%s)', (text, open) => {
    expect(night.isOpen(at(text))).toBe(open)
  })

  test('a time that the clocks skip opens all the same, one shown twice opens once', () => {
    const spring = window({ schedule: '30 2 * * *', duration: '10m', timeZone: 'Europe/Berlin' })
    expect(spring.isOpen(at('2026-03-29T01:30:00Z'))).toBe(true)
    expect(spring.isOpen(at('2026-10-25T00:35:00Z'))).toBe(true)
    expect(spring.isOpen(at('2026-10-25T01:35:00Z'))).toBe(false)
  })

  test('a schedule of every hour goes on through both', () => {
    const hourly = window({ schedule: '0 * * * *', duration: '10m', timeZone: 'Europe/Berlin' })
    for (const hour of ['00', '01', '02']) expect(hourly.isOpen(at(`2026-10-25T${hour}:05:00Z`))).toBe(true)
  })

  test('an unknown zone is UTC, with a warning', () => {
    const odd = window({ timeZone: 'Mars/Base' })
    expect(odd.warnings).toEqual(['there is no time zone Mars/Base; UTC is used'])
    expect(odd.isOpen(at('2026-01-15T22:00:00Z'))).toBe(true)
  })
})

describe('a window as Argo CD counts', () => {
  test('it is open at both ends', () => {
    const night = window({}, true)
    expect(night.isOpen(at('2026-01-15T22:00:00Z'))).toBe(false)
    expect(night.isOpen(at('2026-01-15T22:00:00.001Z'))).toBe(true)
    expect(night.isOpen(at('2026-01-16T05:59:59.999Z'))).toBe(true)
    expect(night.isOpen(at('2026-01-16T06:00:00Z'))).toBe(false)
  })

  test('the offset is that of the moment, so the night of the change is an hour off', () => {
    const night = window({ timeZone: 'Europe/Berlin' }, true)
    expect(night.isOpen(at('2026-03-29T04:30:00Z'))).toBe(false)
    expect(window({ timeZone: 'Europe/Berlin' }).isOpen(at('2026-03-29T04:30:00Z'))).toBe(true)
  })

  test('a schedule that never comes is open always', () => {
    expect(window({ schedule: '0 0 30 2 *', duration: '1h' }, true).isOpen(at('2026-01-15T12:00:00Z'))).toBe(true)
    expect(window({ schedule: '0 0 30 2 *', duration: '1h' }).isOpen(at('2026-01-15T12:00:00Z'))).toBe(false)
  })

  test('a zone before the fields is honoured by the schedule', () => {
    const odd = window({ schedule: 'CRON_TZ=Asia/Tokyo 0 9 * * *', duration: '1h' }, true)
    expect(odd.isOpen(at('2026-01-15T00:30:00Z'))).toBe(true)
    expect(odd.isOpen(at('2026-01-15T09:30:00Z'))).toBe(false)
  })
})

describe('whom a window concerns', () => {
  const subject = { application: 'web-prod', namespace: 'web', server: 'https://prod', name: 'prod' }
  test.each([
    [{ applications: ['*-prod'] }, true, 'by application'],
    [{ applications: ['other'], namespaces: ['web'] }, true, 'one selector is enough'],
    [{ applications: ['*-prod'], namespaces: ['api'], andOperator: true }, false, 'all are needed'],
    [{ applications: ['*-prod'], clusters: ['prod'], andOperator: true }, true, 'all that are given'],
    [{ clusters: ['https://*'] }, true, 'a cluster by its server'],
    [{ applications: [] }, false, 'no selector, nobody'],
    [{ andOperator: true }, false, 'also with andOperator'],
  ])('%j: %s (%s)', (spec, expected, _why) => {
    expect(concerns(SyncWindow.parse(spec), subject)).toBe(expected)
  })
})

describe('the decision', () => {
  const noon = at('2026-01-15T12:00:00Z')
  const open = { schedule: '0 11 * * *', duration: '2h' }
  const shut = { schedule: '0 1 * * *', duration: '2h' }
  const read = (specs: Record<string, unknown>[]) =>
    specs.map((spec, index) => readWindow(SyncWindow.parse(spec), index, false))
  test.each([
    [[], true, true, 'no-window', 'no window'],
    [[{ kind: 'deny', ...open }], false, false, 'deny', 'an open deny'],
    [[{ kind: 'deny', ...open, manualSync: true }], false, true, 'deny', 'that lets manual syncs through'],
    [
      [
        { kind: 'deny', ...open, manualSync: true },
        { kind: 'deny', ...open },
      ],
      false,
      false,
      'deny',
      'all of them have to',
    ],
    [[{ kind: 'deny', ...shut }], true, true, 'no-window', 'a closed deny'],
    [[{ kind: 'allow', ...open }], true, true, 'allow', 'an open allow'],
    [
      [
        { kind: 'allow', ...open },
        { kind: 'deny', ...open },
      ],
      false,
      false,
      'deny',
      'deny beats allow',
    ],
    [[{ kind: 'allow', ...shut }], false, false, 'outside', 'a closed allow'],
    [[{ kind: 'allow', ...shut, manualSync: true }], false, true, 'outside', 'that lets manual syncs through'],
    [
      [
        { kind: 'allow', ...shut },
        { kind: 'allow', ...open },
      ],
      true,
      true,
      'allow',
      'one open allow is enough',
    ],
  ])('%j: automated %s, manual %s by %s (%s)', (specs, automated, manual, rule, _why) => {
    const windows = read(specs)
    expect(decideSync(windows, { manual: false, at: noon })).toMatchObject({ allowed: automated, rule })
    expect(decideSync(windows, { manual: true, at: noon }).allowed).toBe(manual)
  })

  test.each([
    [[{ kind: 'deny', ...open, syncOverrun: true }], '10:00', true, 'it began before the deny'],
    [[{ kind: 'deny', ...open }], '10:00', false, 'but the deny has to say so'],
    [[{ kind: 'deny', ...open, syncOverrun: true }], '11:30', false, 'it began inside the deny'],
    [[{ kind: 'allow', ...shut, syncOverrun: true }], '02:00', true, 'it began inside the allow'],
    [[{ kind: 'allow', ...shut, syncOverrun: true }], '10:00', false, 'it began outside'],
    [
      [
        { kind: 'allow', ...shut },
        { kind: 'deny', ...open, syncOverrun: true },
      ],
      '02:00',
      true,
      'only the windows that block now have to say so',
    ],
  ])('%j, begun at %s: goes on %s (%s)', (specs, started, expected, _why) => {
    const startedAt = at(`2026-01-15T${started}:00Z`)
    expect(decideSync(read(specs), { manual: false, at: noon, startedAt }).allowed).toBe(expected)
  })

  test.each([
    [{ schedule: 'x' }, /schedule "x": wanted are five fields, found 1$/],
    [{ duration: '1d' }, /duration "1d" is not one such as 90m or 1h30m$/],
    [{ kind: 'maybe' }, /kind "maybe" is neither allow nor deny$/],
    [{ schedule: 'TZ=Mars/Base * * * * *' }, /there is no time zone Mars\/Base$/],
  ])('a window that cannot be read is an error that names it: %j', (spec, message) => {
    expect(() => window(spec)).toThrow(message)
    expect(() => window(spec)).toThrow(/^Cannot read syncWindows\[0\] \(/)
  })
})

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
  'Pacific/Apia',
]
const schedules = [
  '0 22 * * *',
  '30 2 * * *',
  '0 * * * *',
  '*/7 1-3 * * SUN',
  '0 0 1 * *',
  '15 23 * 3,10 *',
  '59 1 29 3 *',
]
const anyWindow = fc.record({
  kind: fc.constantFrom('allow', 'deny'),
  schedule: fc.constantFrom(...schedules),
  duration: fc.constantFrom('10m', '1h', '8h', '25h', '90s', '0s'),
  timeZone: fc.constantFrom(...zones),
  manualSync: fc.boolean(),
})
const anyTime = fc.integer({ min: at('1990-01-01T00:00:00Z') / 1000, max: at('2040-01-01T00:00:00Z') / 1000 })

test('a window is open exactly when one of its openings is less than its duration ago', () => {
  fc.assert(
    fc.property(anyWindow, anyTime, (spec, seconds) => {
      const read = window(spec)
      const openings = localOpenings(parseSchedule(spec.schedule, false), zoneOf(spec.timeZone)!)
      const duration =
        { '10m': 600, '1h': 3_600, '8h': 28_800, '25h': 90_000, '90s': 90, '0s': 0 }[spec.duration]! * 1000
      const now = seconds * 1000
      let expected = false
      for (let opening = openings.next(now - duration - 1); opening !== undefined && opening <= now; ) {
        if (opening + duration > now) expected = true
        opening = openings.next(opening)
      }
      expect(read.isOpen(now)).toBe(expected)
    }),
    { numRuns: 300 },
  )
})

test('a schedule opens at the minutes whose local time matches, seen by a clock that is read minute by minute', () => {
  fc.assert(
    fc.property(fc.constantFrom(...schedules), fc.constantFrom(...zones), anyTime, (schedule, zoneName, seconds) => {
      const zone = zoneOf(zoneName)!
      const parsed = parseSchedule(schedule, false)
      const openings = localOpenings(parsed, zone)
      const start = Math.floor((seconds * 1000) / 60_000) * 60_000
      const found = openings.next(start)
      const end = Math.min(found ?? Number.POSITIVE_INFINITY, start + 3 * 86_400_000)
      for (let moment = start + 60_000; moment < end; moment += 60_000) {
        const local = new Date(moment + zone.offsetAt(moment))
        const repeated = momentsOf(zone, local.getTime())[0] !== moment
        const matches =
          parsed.minutes.has(local.getUTCMinutes()) &&
          parsed.hours.has(local.getUTCHours()) &&
          parsed.months.has(local.getUTCMonth() + 1) &&
          (parsed.anyDay
            ? parsed.days.has(local.getUTCDate()) && parsed.weekdays.has(local.getUTCDay())
            : parsed.days.has(local.getUTCDate()) || parsed.weekdays.has(local.getUTCDay()))
        if (matches && (parsed.hours.size === 24 || !repeated))
          expect.unreachable(`missed ${new Date(moment).toISOString()}`)
      }
    }),
    { numRuns: 30 },
  )
})

test('the foretold change is the first one, and it comes true', () => {
  fc.assert(
    fc.property(
      fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
      anyTime,
      fc.boolean(),
      fc.boolean(),
      (specs, seconds, manual, strict) => {
        const windows = specs.map((spec, index) => readWindow(SyncWindow.parse(spec), index, strict))
        // Half a second off: no schedule has an edge there.
        const now = seconds * 1000 + 500
        const before = decideSync(windows, { manual, at: now }).allowed
        const change = nextChange(windows, manual, now)
        const end = Math.min(change?.at ?? Number.POSITIVE_INFINITY, now + 2 * 86_400_000)
        for (let moment = now; moment < end; moment += 613_000)
          expect(decideSync(windows, { manual, at: moment }).allowed).toBe(before)
        if (change !== undefined) expect(decideSync(windows, { manual, at: change.at + 1 }).allowed).toBe(!before)
      },
    ),
    { numRuns: 25 },
  )
})
