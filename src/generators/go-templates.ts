/** Go's templates as the core of ApplicationSets wants them: batches, bounded in time and memory, in a thread of their own. Effects: starts it. */
import { HalcyonError } from '../api/errors.ts'
import {
  isTypedStrings,
  type Params,
  type TemplateAnswer,
  type TemplateEngine,
} from '../delivery/applicationset/templates.ts'
import { stringifyJson } from '../kube/json.ts'
import type { Clock } from '../runtime/clock.ts'
import { createGoProgram, GoProgramFailure } from '../runtime/go-program/go-program.ts'

export interface GoTemplateOptions {
  readonly clock: Clock
  /** The longest a batch may take, in ms. */
  readonly timeMs?: number
}

interface Answer extends TemplateAnswer {
  readonly slugs: readonly string[]
}

const usualTimeMs = 30_000
/** 512 MiB: many times what 5,000 elements need. */
const memoryPages = 8192
/** Must be what tools/gotemplate/main.go calls stringsKey. */
const stringsKey = '\u0000strings'

/** Requests are answered one after the other. The thread starts with the first and does not keep the process alive. */
export function createGoTemplates(options: GoTemplateOptions): TemplateEngine & AsyncDisposable {
  const program = createGoProgram({
    clock: options.clock,
    file: new URL('../../tools/gotemplate/gotemplate.wasm.gz', import.meta.url),
    memoryPages,
    timeMs: options.timeMs ?? usualTimeMs,
  })

  async function ask(request: object, signal?: AbortSignal): Promise<Answer> {
    try {
      return JSON.parse(await program.ask(stringifyJson(request), signal)) as Answer
    } catch (error) {
      if (!(error instanceof GoProgramFailure)) throw error
      throw new HalcyonError('TemplateFailed', `Cannot run Go templates: ${error.message}`, { cause: error })
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
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
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
