/** jq's own path expressions, evaluated apart with a time limit: an expression that never ends stops a worker and not the process. Effect: a worker thread. */
import { Worker } from 'node:worker_threads'
import { HalcyonError } from '../../api/errors.ts'
import { stringifyJson } from '../../kube/json.ts'
import type { Clock } from '../../runtime/clock.ts'

export interface Jq extends AsyncDisposable {
  /**
   * The paths that an expression such as `.spec.containers[] | select(.name == "proxy")` selects in a value. Throws SpecInvalid with
   * jq's own words for an expression that does not compile, fails or takes too long.
   */
  paths(expression: string, value: unknown, signal: AbortSignal): Promise<readonly (readonly (string | number)[])[]>
}

/** Argo CD's limit for one expression (`ignore.normalizer.jq.timeout`). */
const timeoutMs = 1_000
/** A worker that nobody asks is given back: it holds some 20 MiB. */
const idleMs = 30_000

export type JqAnswer = { readonly paths: (string | number)[][] } | { readonly error: string }

export function createJq(options: { readonly clock: Clock }): Jq {
  const { clock } = options
  let worker: Promise<Worker> | undefined
  let cancelIdle = () => {}
  let last: Promise<unknown> = Promise.resolve()

  async function start(): Promise<Worker> {
    const started = new Worker(new URL('./jq-worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    started.unref()
    await new Promise<void>((resolve, reject) => {
      started.once('message', () => resolve())
      started.once('error', reject)
    })
    return started
  }

  async function stop(): Promise<void> {
    cancelIdle()
    const stopping = worker
    worker = undefined
    await (await stopping?.catch(() => undefined))?.terminate()
  }

  async function ask(expression: string, value: unknown): Promise<JqAnswer> {
    cancelIdle()
    worker ??= start()
    const running = await worker
    const answer = Promise.withResolvers<JqAnswer>()
    const onMessage = (message: JqAnswer) => answer.resolve(message)
    const onError = (error: unknown) =>
      answer.resolve({ error: error instanceof Error ? error.message : String(error) })
    running.once('message', onMessage)
    running.once('error', onError)
    const cancelTimeout = clock.after(timeoutMs, () => answer.resolve({ error: `it took longer than ${timeoutMs} ms` }))
    running.postMessage({ expression, json: stringifyJson(value) })
    try {
      const result = await answer.promise
      // What ran too long or died cannot be asked again.
      if ('error' in result) await stop()
      else cancelIdle = clock.after(idleMs, () => void stop())
      return result
    } finally {
      cancelTimeout()
      running.off('message', onMessage)
      running.off('error', onError)
    }
  }

  return {
    async paths(expression, value, signal) {
      const turn = last.then(() => (signal.aborted ? { error: '' } : ask(expression, value)))
      last = turn.catch(() => {})
      const result = await turn
      signal.throwIfAborted()
      if ('paths' in result) return result.paths
      throw new HalcyonError('SpecInvalid', `Cannot evaluate the jq expression ${expression}: ${result.error.trim()}`)
    },
    [Symbol.asyncDispose]: stop,
  }
}
