/** Lines out of chunks. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEvents, readLines } from './watch.ts'

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield bytes.subarray(start, cut)
    start = cut
  }
  yield bytes.subarray(start)
}

test('the lines are the same wherever the chunks are cut', async () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '😀', '{') }))
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(200)), fc.boolean(), async (texts, positions, closed) => {
      const bytes = Buffer.from(texts.join('\n') + (closed ? '\n' : ''))
      const cuts = positions.map((position) => Math.min(position, bytes.length))
      const read = await Array.fromAsync(readLines(chunksOf(bytes, cuts)))
      expect(read).toEqual(texts.filter((text) => text !== ''))
    }),
  )
})

test('a line in very many chunks is not copied again and again', async () => {
  const size = 4 << 20
  async function* drops(): AsyncGenerator<Buffer> {
    const drop = Buffer.alloc(64, 'x')
    for (let sent = 0; sent < size; sent += drop.length) yield drop
  }
  // Copying what has arrived with every chunk would move 128 GiB here and run into the time limit of the test.
  const [line] = await Array.fromAsync(readLines(drops()))
  expect(line?.length).toBe(size)
})

test('a line over the limit is refused while it is read', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.alloc(1_000)
  }
  await expect(Array.fromAsync(readLines(endless(), 10_000))).rejects.toThrow(RangeError)
})

const broken = [
  {
    text: '{"type":"ADDED","obj',
    says: 'broke off a watch in the middle of an event',
    reason: 'the connection was cut',
  },
  { text: '{"kind":"Status"}', says: 'sent a watch event without a type or an object', reason: 'not a watch' },
  {
    text: '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is gone"}}',
    says: 'answered 500: etcd is gone',
    reason: 'an error event',
  },
]

for (const { text, says, reason } of broken) {
  test(`readEvents throws "${says}": ${reason}`, async () => {
    await expect(Array.fromAsync(readEvents('https://api', chunksOf(Buffer.from(text), [])))).rejects.toThrow(
      `the API server https://api ${says}`,
    )
  })
}
