/** The `values` of a generator: texts that may use the parameters found so far. Pure but for the template engine. */
import type { Generation } from '../generation.ts'
import { type Params, stringMap } from '../templates.ts'
import { renderTexts } from '../tree-template.ts'

/** Adds `values` to each set of parameters: one map with goTemplate, `values.<key>` without. They may not use each other. */
export async function withValues(
  params: readonly Params[],
  values: Readonly<Record<string, string>> | undefined,
  generation: Generation,
): Promise<Params[]> {
  if (values === undefined || Object.keys(values).length === 0) return [...params]
  const rendered = await renderTexts(values, params, generation.dialect, generation.context.signal)
  return params.map((one, index) => {
    // Keys are no templates here, as in Argo CD.
    const texts = Object.values(rendered[index] ?? {})
    const entries = Object.keys(values).map((key, at) => [key, texts[at] ?? ''] as const)
    if (generation.dialect.goTemplate) return { ...one, values: stringMap(Object.fromEntries(entries)) }
    return { ...one, ...Object.fromEntries(entries.map(([key, text]) => [`values.${key}`, text])) }
  })
}
