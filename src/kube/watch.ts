/** Reads a watch response: one JSON document per line, in chunks that end anywhere. */
import type { ListOptions, WatchEvent } from './client.ts'
import { ConnectionError } from './errors.ts'
import { statusError } from './failure.ts'
import { getRecord, getString } from './fields.ts'
import { parseJson } from './json.ts'
import type { KubeObject } from './object.ts'

/** What http-client.ts accepts beyond the contract. */
export type WatchOptions = ListOptions & {
  readonly resourceVersion: string
  /** The server has accepted the watch; its first event may be minutes away. */
  readonly onOpen?: () => void
}

const newline = 10

/** The API server's own limit for an object is 3 MiB in etcd terms; JSON of it can be several times as long. */
const lineLimitBytes = 64 << 20

/**
 * The lines of a stream, without the line ends and without empty lines; text after the last line end counts as a line. Every byte is
 * looked at once and copied at most once, however small the chunks. Throws RangeError when a line is longer than `limitBytes`.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, limitBytes = lineLimitBytes): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let partBytes = 0
  for await (const chunk of chunks) {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(newline, start)
      if (end < 0) break
      const rest = chunk.subarray(start, end)
      const line = parts.length === 0 ? rest : Buffer.concat([...parts, rest])
      if (line.length > 0) yield line.toString('utf8')
      parts = []
      partBytes = 0
      start = end + 1
    }
    if (start < chunk.length) {
      partBytes += chunk.length - start
      if (partBytes > limitBytes) throw new RangeError(`a line is longer than ${limitBytes} bytes`)
      parts.push(start === 0 ? chunk : chunk.subarray(start))
    }
  }
  if (partBytes > 0) yield Buffer.concat(parts).toString('utf8')
}

/** The events of a watch. Throws ApiError for an ERROR event (410 when the version is too old), ConnectionError for what is no event. */
export async function* readEvents(server: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  for await (const line of linesOf(server, chunks)) {
    const event = parseEvent(server, line)
    if (event.type === 'ERROR') throw statusError(server, event.object)
    yield event as WatchEvent
  }
}

async function* linesOf(server: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  try {
    yield* readLines(chunks)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConnectionError(`the API server ${server} sent a watch event that is too large: ${error.message}`)
  }
}

interface RawEvent {
  readonly type: string
  readonly object: KubeObject
}

function parseEvent(server: string, line: string): RawEvent {
  let event: unknown
  try {
    event = parseJson(line)
  } catch (error) {
    throw new ConnectionError(`the API server ${server} broke off a watch in the middle of an event`, { cause: error })
  }
  if (getString(event, 'type') === undefined || getRecord(event, 'object') === undefined) {
    throw new ConnectionError(`the API server ${server} sent a watch event without a type or an object`)
  }
  return event as RawEvent
}
