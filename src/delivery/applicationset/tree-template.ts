/**
 * A tree whose texts are templates. Argo CD renders an Application (and the second generator of a matrix) text by text, keys of maps
 * included, never as one document. Pure.
 */
import { HalcyonError } from '../../api/errors.ts'
import { fillIn } from './fasttemplate.ts'
import type { Params, TemplateEngine } from './templates.ts'

export interface Dialect {
  readonly goTemplate: boolean
  readonly options: readonly string[]
  readonly engine: TemplateEngine
}

/** The tree once per set of parameters. Throws HalcyonError TemplateFailed naming the path in the tree, the text, and the cause. */
export async function renderTrees(
  tree: unknown,
  params: readonly Params[],
  dialect: Dialect,
  signal?: AbortSignal,
): Promise<unknown[]> {
  const texts = textsOf(tree)
  if (!dialect.goTemplate) return params.map((one) => build(tree, (text) => filled(text, one, texts)))
  const templates = [...texts.keys()]
  if (templates.length === 0) return params.map(() => tree)
  const { rows, failures } = await dialect.engine.render(templates, params, dialect.options, signal)
  const [first] = failures
  if (first !== undefined) {
    const text = templates[first.text] ?? ''
    throw failed(texts.get(text) ?? '', text, first.message)
  }
  const index = new Map(templates.map((text, at) => [text, at]))
  return rows.map((row) =>
    build(tree, (text) => {
      const at = index.get(text)
      return at === undefined ? text : (row[at] ?? '')
    }),
  )
}

/** The values of a generator, each rendered with the parameters found so far. Same errors. */
export async function renderTexts(
  texts: Readonly<Record<string, string>>,
  params: readonly Params[],
  dialect: Dialect,
  signal?: AbortSignal,
): Promise<Record<string, string>[]> {
  return (await renderTrees(texts, params, dialect, signal)) as Record<string, string>[]
}

function filled(text: string, params: Params, paths: ReadonlyMap<string, string>): string {
  try {
    return fillIn(text, params)
  } catch (error) {
    throw failed(paths.get(text) ?? '', text, error instanceof Error ? error.message : String(error))
  }
}

function failed(path: string, text: string, detail: string): HalcyonError {
  const shown = text.length > 120 ? `${text.slice(0, 117)}...` : text
  return new HalcyonError('TemplateFailed', `${path === '' ? '' : `${path}: `}${JSON.stringify(shown)}: ${detail}`)
}

/** Every text with a template in it, and where it was first found. */
function textsOf(tree: unknown): Map<string, string> {
  const found = new Map<string, string>()
  const note = (text: string, path: string) => {
    if (text.includes('{{') && !found.has(text)) found.set(text, path)
  }
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'string') note(value, path)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const at = path === '' ? key : `${path}.${key}`
        if (!Array.isArray(value)) note(key, at)
        walk(inner, at)
      }
    }
  }
  walk(tree, '')
  return found
}

function build(value: unknown, render: (text: string) => string): unknown {
  if (typeof value === 'string') return render(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((inner) => build(inner, render))
  const built: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) built[render(key)] = build(inner, render)
  return built
}
