/** What is wrong with a configuration when read against its type. Pure. */

/** Messages as the API server words them, each with its path: `.spec.foo: field not declared in schema`. */
export class TypedError extends Error {
  override readonly name = 'TypedError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0]! : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}
