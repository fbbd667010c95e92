import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSseParser } from './sse.ts'

const rows = [
  { reason: 'one event', text: 'id: 7\nevent: a\ndata: x\n\n', want: [{ id: '7', event: 'a', data: 'x' }] },
  { reason: 'data of several lines', text: 'data: x\ndata: y\n\n', want: [{ id: '', event: 'message', data: 'x\ny' }] },
  {
    reason: 'comments and unknown fields',
    text: ': hi\nretry: 5\ndata:x\n\n',
    want: [{ id: '', event: 'message', data: 'x' }],
  },
  { reason: 'an event without data is none', text: 'id: 1\nevent: a\n\n', want: [] },
  {
    reason: 'an id stays until the next',
    text: 'id: 1\n\ndata: x\n\n',
    want: [{ id: '1', event: 'message', data: 'x' }],
  },
  { reason: 'CRLF and CR', text: 'data: x\r\n\r\ndata: y\r\r', want: [{ id: '', event: 'message', data: 'x' }] },
  { reason: 'an unfinished event waits', text: 'data: x\n', want: [] },
]
for (const { reason, text, want } of rows) {
  test(reason, () => expect(createSseParser()(text)).toEqual(want))
}

test('pieces of any size give the same events', () => {
  const text = rows.map((row) => row.text).join('\n\n')
  const whole = createSseParser()(`${text}\n`)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const parse = createSseParser()
      const events = []
      const all = `${text}\n`
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        events.push(...parse(all.slice(at, at + size)))
        at += size
      }
      expect(events).toEqual(whole)
    }),
  )
})
