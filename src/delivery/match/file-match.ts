/** Go's filepath.Match, by which project lists match groups, kinds and names: `*` and `?` stop at `/`, `[a-z]`, `[^abc]`, `\`. Pure. */

/** A pattern that does not parse matches nothing (Argo CD takes the error as no). */
export function matchFile(pattern: string, text: string): boolean {
  if (!/[*?[\\]/.test(pattern)) return pattern === text
  const parts = parse(pattern)
  if (parts === undefined) return false
  return matches(parts, [...text])
}

type Part = { readonly star: true } | { readonly star: false; readonly takes: (char: string) => boolean }

/** One row of the table per character: linear in pattern times text. */
function matches(parts: readonly Part[], text: readonly string[]): boolean {
  let row = [true]
  for (const [index, part] of parts.entries()) row.push(row[index]! && part.star)
  for (const char of text) {
    const next = [false]
    for (const [index, part] of parts.entries()) {
      const stays = part.star && char !== '/' && row[index + 1]!
      const enters = part.star ? next[index]! : row[index]! && part.takes(char)
      next.push(stays || enters)
    }
    row = next
  }
  return row[parts.length]!
}

function parse(pattern: string): Part[] | undefined {
  const chars = [...pattern]
  const parts: Part[] = []
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    if (char === '*') parts.push({ star: true })
    else if (char === '?') parts.push({ star: false, takes: (one) => one !== '/' })
    else if (char === '[') {
      const set = bracket(chars, at + 1)
      if (set === undefined) return undefined
      parts.push({ star: false, takes: set.takes })
      at = set.end
    } else {
      const literal = char === '\\' ? chars[++at] : char
      if (literal === undefined) return undefined
      parts.push({ star: false, takes: (one) => one === literal })
    }
  }
  return parts
}

function bracket(
  chars: readonly string[],
  from: number,
): { takes: (char: string) => boolean; end: number } | undefined {
  let at = from
  const not = chars[at] === '^'
  if (not) at++
  const ranges: [string, string][] = []
  for (;;) {
    if (chars[at] === ']' && ranges.length > 0) break
    const low = member(chars, at)
    if (low === undefined) return undefined
    at = low.next
    let high = low.char
    if (chars[at] === '-') {
      const end = member(chars, at + 1)
      if (end === undefined) return undefined
      high = end.char
      at = end.next
    }
    ranges.push([low.char, high])
  }
  return { takes: (char) => ranges.some(([low, high]) => low <= char && char <= high) !== not, end: at }
}

function member(chars: readonly string[], at: number): { char: string; next: number } | undefined {
  const char = chars[at]
  if (char === undefined || char === '-' || char === ']') return undefined
  if (char !== '\\') return { char, next: at + 1 }
  const escaped = chars[at + 1]
  return escaped === undefined ? undefined : { char: escaped, next: at + 2 }
}
