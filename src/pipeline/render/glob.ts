/**
 * The globs of `directory.include` and `directory.exclude`, as Argo CD matches them: without separators, so `*` also crosses '/'.
 * Pure. Syntax: `*`, `**`, `?`, `[abc]`, `[!a-z]`, `{one,two}`, `\` escapes.
 */

const compiled = new Map<string, RegExp | undefined>()
const memory = 1000

/** True when the whole path matches. A pattern that cannot be read matches nothing. */
export function matchesGlob(pattern: string, path: string): boolean {
  if (!compiled.has(pattern)) {
    if (compiled.size >= memory) compiled.clear()
    compiled.set(pattern, compile(pattern))
  }
  return compiled.get(pattern)?.test(path) ?? false
}

function compile(pattern: string): RegExp | undefined {
  let source = ''
  let depth = 0
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '\\' && at + 1 < pattern.length) source += escapeRegExp(pattern[++at]!)
    else if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (char === '{') {
      depth++
      source += '(?:'
    } else if (char === '}' && depth > 0) {
      depth--
      source += ')'
    } else if (char === ',' && depth > 0) source += '|'
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 2)
      if (end < 0) return undefined
      const negated = pattern[at + 1] === '!'
      const set = pattern.slice(at + (negated ? 2 : 1), end).replace(/[\\\]^[]/g, '\\$&')
      source += `[${negated ? '^' : ''}${set}]`
      at = end
    } else source += escapeRegExp(char)
  }
  if (depth > 0) return undefined
  try {
    return new RegExp(`^(?:${source.replace(/(?:\.\*)+/g, '.*')})$`, 's')
  } catch {
    return undefined
  }
}

function escapeRegExp(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
