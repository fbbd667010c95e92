/** `GET /api/v1/events/stream`: the event log as server-sent events, resumed by Last-Event-ID. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { EventView } from '../api/views.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Engine } from './engine.ts'

export interface StreamOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly logger: Logger
}

export const streamPath = '/api/v1/events/stream'

export const StreamQuery = z.object({
  after: z.coerce.number().int().min(0).optional().describe('Only events with a greater `seq`; default: only new ones'),
  application: z.string().optional(),
})

const heartbeatMs = 15_000
/** A client that takes nothing for this long is gone or stuck. */
const drainMs = 30_000

/** Streams end when the server closes: `preClose` runs before it waits for open requests. */
export function streamPlugin(scope: FastifyInstance, options: StreamOptions, done: () => void): void {
  const closing = new AbortController()
  scope.addHook('preClose', async () => closing.abort(new Error('the server stops')))

  scope.get(streamPath, async (request, reply) => {
    const query = StreamQuery.parse(request.query)
    const lastId = Number(request.headers['last-event-id'] ?? Number.NaN)
    const resumed = Number.isSafeInteger(lastId) && lastId >= 0 ? lastId : undefined
    // The header is of the browser's own making after a reconnect, so it is newer than the address.
    const cursor = resumed ?? query.after ?? Number.MAX_SAFE_INTEGER
    reply.hijack()
    await stream(reply.raw, cursor, query.application, options, closing.signal)
  })
  done()
}

async function stream(
  response: ServerResponse,
  cursor: number,
  application: string | undefined,
  options: StreamOptions,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the client left')))
  response.on('error', () => gone.abort(new Error('the connection failed')))
  const signal = AbortSignal.any([gone.signal, closing])
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  response.write('retry: 1000\n\n')
  let stopHeartbeat = beat()

  /** Keeps proxies from closing a quiet connection, and shows a dead one. */
  function beat(): () => void {
    return options.clock.after(heartbeatMs, () => {
      if (!response.writableNeedDrain) response.write(': still here\n\n')
      stopHeartbeat = beat()
    })
  }

  try {
    for await (const event of options.engine.follow(cursor, signal)) {
      if (application !== undefined && event.application !== application) continue
      if (!response.write(frame(event))) await drained(response, options.clock, signal)
    }
  } catch (error) {
    // Dropped, for it is too slow or the log failed: it may come again with its last id, and is backfilled then.
    if (!signal.aborted) options.logger.info({ err: error }, 'event stream dropped')
    if (!signal.aborted) response.destroy()
  } finally {
    stopHeartbeat()
    response.end()
  }
}

/** JSON has no raw line breaks, so one data line is enough. */
function frame(event: EventView): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`
}

function drained(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(drainMs, () => end(new Error('the client takes nothing')))
    const onDrain = () => end()
    const onAbort = () => end()
    function end(error?: Error): void {
      cancel()
      response.off('drain', onDrain)
      signal.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error)
    }
    response.once('drain', onDrain)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
