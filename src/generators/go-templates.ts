/** Go's templates as the core of ApplicationSets wants them: batches, bounded in time and memory, in a thread of their own. Effects: starts it. */
import { Worker } from 'node:worker_threads'
import { HalcyonError, messageOf } from '../api/errors.ts'
import {
  isTypedStrings,
  type Params,
  type TemplateAnswer,
  type TemplateEngine,
} from '../delivery/applicationset/templates.ts'
import { stringifyJson } from '../kube/json.ts'
import type { Clock } from '../runtime/clock.ts'

export interface GoTemplateOptions {
  readonly clock: Clock
  /** The longest a batch may take, in ms. */
  readonly timeMs?: number
}

interface Answer extends TemplateAnswer {
  readonly slugs: readonly string[]
}

const usualTimeMs = 30_000
/** A thread that nobody asks is given back: it holds some 100 MiB. */
const idleMs = 30_000
/** Must be what tools/gotemplate/main.go calls stringsKey. */
const stringsKey = '\u0000strings'

/** Requests are answered one after the other. The thread starts with the first and does not keep the process alive. */
export function createGoTemplates(options: GoTemplateOptions): TemplateEngine & AsyncDisposable {
  const timeMs = options.timeMs ?? usualTimeMs
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  let cancelIdle = () => {}

  function running(): Worker {
    if (worker === undefined) {
      const started = new Worker(new URL('./go-template-worker.ts', import.meta.url), { stdout: true, stderr: true })
      started.unref()
      worker = started
    }
    return worker
  }

  function drop(ended: Worker): void {
    if (worker === ended) worker = undefined
    void ended.terminate()
  }

  function ask(request: object, signal?: AbortSignal): Promise<Answer> {
    const answer = last.then(() => exchange(request, signal))
    last = answer.catch(() => {})
    return answer
  }

  async function exchange(request: object, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted()
    cancelIdle()
    const thread = running()
    thread.ref()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const fail = (detail: string, cause?: unknown) => {
      drop(thread)
      reject(new HalcyonError('TemplateFailed', `Cannot run Go templates: ${detail}`, { cause }))
    }
    const onMessage = (message: { answer?: string; crash?: string }) =>
      message.answer === undefined ? fail(message.crash ?? 'the engine stopped') : resolve(message.answer)
    const onError = (error: unknown) => fail(messageOf(error), error)
    const onExit = () => fail('the engine stopped')
    const onAbort = () => {
      drop(thread)
      reject(signal?.reason)
    }
    const cancel = options.clock.after(timeMs, () => fail(`they ran longer than ${timeMs / 1000} s`))
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      thread.postMessage(new TextEncoder().encode(stringifyJson(request)))
      return JSON.parse(await promise) as Answer
    } finally {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
      thread.unref()
      cancelIdle = options.clock.after(idleMs, () => drop(thread))
    }
  }

  return {
    async render(texts, params, templateOptions, signal) {
      const { rows, failures } = await ask(
        { options: templateOptions, texts, params: params.map(encoded), slugs: [] },
        signal,
      )
      const broken = failures.find((failure) => failure.text < 0)
      if (broken !== undefined) throw new HalcyonError('Internal', `Cannot run Go templates: ${broken.message}`)
      return { rows, failures }
    },
    async slugs(branches, signal) {
      if (branches.length === 0) return []
      return (await ask({ options: [], texts: [], params: [], slugs: branches }, signal)).slugs
    },
    async [Symbol.asyncDispose]() {
      cancelIdle()
      // Nothing else may keep the process alive until the thread has ended.
      worker?.ref()
      await worker?.terminate()
      worker = undefined
    },
  }
}

/** The parameters as JSON, where marked maps and lists say what they are. */
function encoded(params: Params): unknown {
  return encodedValue(params)
}

function encodedValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isTypedStrings(value)) return { [stringsKey]: value }
  if (Array.isArray(value)) return value.map(encodedValue)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encodedValue(inner)]))
}
