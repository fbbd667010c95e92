/** The matrix generator (Argo CD, Generators-Matrix): every element of the first with every element of the second. */
import type { ApplicationSetGenerator } from '../../../api/applicationset.ts'
import { stringifyJson } from '../../../kube/json.ts'
import type { Generation } from '../generation.ts'
import { fillEmpty, goText } from '../params.ts'
import type { Params } from '../templates.ts'
import { renderTrees } from '../tree-template.ts'

/** Evaluates a child: its parameters after its own selector. */
export type Child = (generator: ApplicationSetGenerator, index: number) => Promise<readonly Params[]>

/** The second generator is rendered with the parameters of each element of the first before it is asked. */
export async function matrixParams(
  generators: readonly ApplicationSetGenerator[],
  generation: Generation,
  child: Child,
): Promise<Params[]> {
  const [first, second] = generators
  if (first === undefined || second === undefined || generators.length > 2) {
    throw new Error(`a matrix takes two generators, not ${generators.length}`)
  }
  const outer = await child(first, 0)
  const rendered = await interpolated(second, outer, generation)
  const answers = new Map<string, Promise<readonly Params[]>>()
  const combined: Params[] = []
  for (const [index, params] of outer.entries()) {
    // Elements that ask the same get the same answer: one look at a repository, not five thousand.
    const question = stringifyJson(rendered[index])
    const answer = answers.get(question) ?? child(rendered[index]!, 1)
    answers.set(question, answer)
    for (const inner of await answer) {
      combined.push(generation.dialect.goTemplate ? fillEmpty(params, inner) : combinedTexts(params, inner))
    }
  }
  return combined
}

/** The selector is not rendered, as in Argo CD. */
async function interpolated(
  generator: ApplicationSetGenerator,
  outer: readonly Params[],
  { dialect, context }: Generation,
): Promise<ApplicationSetGenerator[]> {
  const { selector, ...rest } = generator
  const withParams = outer.filter((params) => Object.keys(params).length > 0)
  const rendered = await renderTrees(rest, withParams, dialect, context.signal)
  const next = rendered.values()
  return outer.map((params) => {
    const own = Object.keys(params).length > 0 ? (next.next().value as ApplicationSetGenerator) : rest
    return selector === undefined ? own : { ...own, selector }
  })
}

function combinedTexts(outer: Params, inner: Params): Params {
  const combined: Record<string, string> = {}
  for (const [key, value] of Object.entries(outer)) combined[key] = goText(value)
  for (const [key, value] of Object.entries(inner)) {
    const text = goText(value)
    if (Object.hasOwn(combined, key) && combined[key] !== text) {
      throw new Error(`both generators give ${key}, with the different values "${combined[key]}" and "${text}"`)
    }
    combined[key] = text
  }
  return combined
}
