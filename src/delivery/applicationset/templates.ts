/** What ApplicationSets need of a template engine, and the two kinds of parameter maps that Go tells apart. Types and pure helpers. */

/** The parameters of one element. Flat strings without goTemplate, a tree with it. */
export type Params = Readonly<Record<string, unknown>>

export interface TemplateFailure {
  /** The index of the parameters; -1 when the text cannot be parsed, whatever the parameters. */
  readonly row: number
  readonly text: number
  readonly message: string
}

export interface TemplateAnswer {
  /** One row per set of parameters, one text per template; '' where it failed. */
  readonly rows: readonly (readonly string[])[]
  readonly failures: readonly TemplateFailure[]
}

/** Go's text/template with Sprig and Argo CD's functions. Injected, for it is no part of the pure core. */
export interface TemplateEngine {
  /**
   * Every text with every set of parameters, in one call. `options` are goTemplateOptions. Throws HalcyonError TemplateFailed when the
   * engine ran out of time or memory; a template that fails is part of the answer.
   */
  render(
    texts: readonly string[],
    params: readonly Params[],
    options: readonly string[],
    signal?: AbortSignal,
  ): Promise<TemplateAnswer>
  /** Branch names as the pull request generator makes slugs of them. */
  slugs(branches: readonly string[], signal?: AbortSignal): Promise<readonly string[]>
}

/** Marks a map or list as holding strings only in Go (`map[string]string`, `[]string`): what a missing key yields depends on it. */
const typedStrings = Symbol('strings')

/** The same record, marked; a copy of it by spreading stays marked. */
export function stringMap(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...values, [typedStrings]: true }
}

export function stringList(values: readonly string[]): readonly string[] {
  return Object.assign([...values], { [typedStrings]: true })
}

export function isTypedStrings(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typedStrings in value
}
