/** Reads server-sent events (text/event-stream) from bytes. Runs in Node and in browsers. No effects beyond reading the given stream. */

/** One dispatched event. `id` is the last id seen so far, as the standard wants; '' when none came yet. */
export interface ServerSentEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Takes text in any pieces and gives the events that became complete. Comments (heartbeats) and unknown fields are skipped. */
export function createSseParser(): (text: string) => ServerSentEvent[] {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []

  function field(line: string): void {
    if (line.startsWith(':')) return
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
  }

  return (text) => {
    const events: ServerSentEvent[] = []
    rest += text
    // A CR at the very end may be half of a CRLF: it stays until the next piece tells.
    for (let end = /\r\n|\n|\r(?!$)/.exec(rest); end !== null; end = /\r\n|\n|\r(?!$)/.exec(rest)) {
      const line = rest.slice(0, end.index)
      rest = rest.slice(end.index + end[0].length)
      if (line !== '') {
        field(line)
        continue
      }
      if (data.length > 0) events.push({ id, event: event === '' ? 'message' : event, data: data.join('\n') })
      event = ''
      data = []
    }
    return events
  }
}

/** The events of a response body. Ends when the server closes it; returning early cancels the request. */
export async function* readServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const parse = createSseParser()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield* parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
