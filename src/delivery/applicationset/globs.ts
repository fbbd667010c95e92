/** The two kinds of path patterns of the git generator. Pure; time is bounded by pattern times path, whatever the pattern. */

/**
 * Go's path.Match, for directories: `*` and `?` stop at '/', `[a-z]`, `[^a]`, `\` escapes. A pattern that cannot be read matches nothing
 * (Argo CD logs it and goes on).
 */
export function matchesPath(pattern: string, path: string): boolean {
  return matches(tokens(pattern, '^'), path, false)
}

/**
 * Git's pathspec, for files (`git ls-files -- <pattern>`): `*` crosses '/', and a pattern without wildcards also means everything below
 * that directory.
 */
export function matchesPathspec(pattern: string, path: string): boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  if (plain === '' || plain === '.' || path === plain || path.startsWith(`${plain}/`)) return true
  return matches(tokens(plain, '!^'), path, true)
}

type Token = { readonly kind: 'star' } | { readonly kind: 'one'; readonly test: (char: string) => boolean }

function tokens(pattern: string, negations: string): readonly Token[] | undefined {
  const found: Token[] = []
  const chars = [...pattern]
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    if (char === '*') found.push({ kind: 'star' })
    else if (char === '?') found.push({ kind: 'one', test: () => true })
    else if (char === '[') {
      const set = readSet(chars, at + 1, negations)
      if (set === undefined) return undefined
      found.push({ kind: 'one', test: set.test })
      at = set.end
    } else {
      const literal = char === '\\' ? chars[++at] : char
      if (literal === undefined) return undefined
      found.push({ kind: 'one', test: (one) => one === literal })
    }
  }
  return found
}

function readSet(chars: readonly string[], start: number, negations: string) {
  let at = start
  const negated = negations.includes(chars[at] ?? '\0')
  if (negated) at++
  const ranges: [string, string][] = []
  for (let first = true; first || chars[at] !== ']'; first = false) {
    const low = chars[at] === '\\' ? chars[++at] : chars[at]
    if (low === undefined) return undefined
    at++
    let high = low
    if (chars[at] === '-' && chars[at + 1] !== undefined && chars[at + 1] !== ']') {
      high = chars[at + 1] === '\\' ? (chars[at + 2] ?? low) : chars[at + 1]!
      at += chars[at + 1] === '\\' ? 3 : 2
    }
    ranges.push([low, high])
  }
  const test = (char: string) => ranges.some(([low, high]) => low <= char && char <= high) !== negated
  return { test, end: at }
}

/** The last star is the only one worth going back to. */
function matches(pattern: readonly Token[] | undefined, path: string, crosses: boolean): boolean {
  if (pattern === undefined) return false
  const chars = [...path]
  let token = 0
  let at = 0
  let star = -1
  let resume = 0
  while (at < chars.length) {
    const one = pattern[token]
    const char = chars[at]!
    if (one?.kind === 'star') {
      star = token++
      resume = at
    } else if (one?.kind === 'one' && one.test(char) && (crosses || char !== '/' || isSlash(one))) {
      token++
      at++
    } else {
      if (star < 0 || (!crosses && chars[resume] === '/')) return false
      token = star + 1
      at = ++resume
    }
  }
  while (pattern[token]?.kind === 'star') token++
  return token === pattern.length
}

/** A '/' is matched by itself only, not by '?' or a set. */
function isSlash(token: Extract<Token, { kind: 'one' }>): boolean {
  return token.test('/') && !token.test('\u0001')
}
