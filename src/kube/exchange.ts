/** An exchange as a promise (whole answer) or as a stream of chunks. Throws what the transport throws. Effect: the network. */
import type { Exchange, Headers, Transport } from './transport.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Sends and collects the whole answer, whatever its status. `onSent` is called when the server may have seen the request. */
export function exchangeWhole(
  transport: Transport,
  exchange: Exchange,
  onSent: () => void,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0
    let headers: Headers = {}
    const body: Buffer[] = []
    const onAbort = () => running.cancel(abortReason(signal))
    const finish = () => signal?.removeEventListener('abort', onAbort)
    const running = transport.begin(exchange, {
      sent: onSent,
      start(code, answered) {
        status = code
        headers = answered
      },
      data: (chunk) => body.push(chunk),
      end() {
        finish()
        resolve({ status, headers, text: textOf(body) })
      },
      fail(error) {
        finish()
        reject(error)
      },
    })
    listen(signal, onAbort)
  })
}

export interface Stream {
  readonly status: number
  readonly headers: Headers
  /** The body, once. Throws what ends it early; leaving the loop ends the exchange. */
  readonly chunks: AsyncIterable<Buffer>
  /** Ends it early with this reason. Harmless when it has ended. */
  cancel(reason: Error): void
}

/** Bytes that may wait for the reader before the connection is no longer read. */
const pauseAtBytes = 1 << 20

/** Resolves when the answer has begun. */
export function exchangeStream(
  transport: Transport,
  exchange: Exchange,
  signal: AbortSignal | undefined,
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const waiting: Buffer[] = []
    let waitingBytes = 0
    let paused = false
    let ended = false
    let failure: Error | undefined
    let wake: (() => void) | undefined

    const onAbort = () => running.cancel(abortReason(signal))

    function finish(error: Error | undefined): void {
      signal?.removeEventListener('abort', onAbort)
      ended = true
      failure = error
      wake?.()
    }

    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        for (;;) {
          if (waiting.length > 0) {
            const taken = waiting.splice(0)
            waitingBytes = 0
            yield* taken
          } else if (ended) {
            if (failure !== undefined) throw failure
            return
          } else {
            if (paused) running.resume()
            paused = false
            await new Promise<void>((awake) => {
              wake = awake
            })
          }
        }
      } finally {
        running.cancel(new Error('the reader left'))
      }
    }

    const running = transport.begin(exchange, {
      start(status, headers) {
        resolve({ status, headers, chunks: chunks(), cancel: (reason) => running.cancel(reason) })
      },
      data(chunk) {
        waiting.push(chunk)
        waitingBytes += chunk.length
        if (waitingBytes > pauseAtBytes && !paused) {
          paused = true
          running.pause()
        }
        wake?.()
      },
      end: () => finish(undefined),
      fail(error) {
        finish(error)
        reject(error)
      },
    })
    listen(signal, onAbort)
  })
}

/** The whole text of a stream, for short answers such as errors. */
export async function readText(stream: Stream): Promise<string> {
  const body: Buffer[] = []
  for await (const chunk of stream.chunks) body.push(chunk)
  return textOf(body)
}

function textOf(body: readonly Buffer[]): string {
  if (body.length === 1) return body[0]!.toString('utf8')
  return body.length === 0 ? '' : Buffer.concat(body).toString('utf8')
}

function listen(signal: AbortSignal | undefined, onAbort: () => void): void {
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
