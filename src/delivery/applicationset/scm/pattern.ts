/** Regular expressions of filters, as Go's regexp finds them: anywhere in the text. Pure. */

/** True for everything without a pattern. Throws naming the pattern when it does not compile. */
export function matcher(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined) return () => true
  const expression = compile(pattern)
  // Go's engine takes time in proportion to the text; ours may not, so what it looks at is bounded.
  return (text) => expression.test(text.slice(0, 1024))
}

function compile(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern)
  try {
    return new RegExp(flags === null ? pattern : pattern.slice(flags[0].length), `u${flags?.[1] ?? ''}`)
  } catch (error) {
    throw new Error(`"${pattern}" is not a regular expression`, { cause: error })
  }
}
