/** One line of an RBAC policy: `p, subject, resource, action, object, effect` or `g, member, role`. Pure. Source: Argo CD, operator manual "RBAC". */

/** Where a line stands, for messages: `policy.csv:12`. */
export interface LineOrigin {
  readonly source: string
  /** From 1. */
  readonly line: number
  readonly text: string
}

export interface PermissionLine {
  readonly kind: 'p'
  readonly origin: LineOrigin
  readonly subject: string
  readonly resource: string
  readonly action: string
  readonly object: string
  /** `allow` and `deny`; another word has no effect, as in casbin. */
  readonly effect: string
}

export interface MemberLine {
  readonly kind: 'g'
  readonly origin: LineOrigin
  readonly member: string
  readonly role: string
}

export type PolicyLine = PermissionLine | MemberLine

/** A line that Argo CD refuses; it refuses the whole policy for it. */
export interface LineProblem {
  readonly origin: LineOrigin
  readonly message: string
}

/** Lines and problems in order. Comments (`#`), empty lines and lines of casbin's other sections say nothing. */
export function parsePolicy(
  text: string,
  source: string,
): { readonly lines: readonly PolicyLine[]; readonly problems: readonly LineProblem[] } {
  const lines: PolicyLine[] = []
  const problems: LineProblem[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const origin = { source, line: index + 1, text: trimmed }
    const parsed = parseLine(trimmed, origin)
    if (typeof parsed === 'string') problems.push({ origin, message: parsed })
    else if (parsed !== undefined) lines.push(parsed)
  }
  return { lines, problems }
}

function parseLine(text: string, origin: LineOrigin): PolicyLine | string | undefined {
  const words = splitWords(text)
  if (typeof words === 'string') return words
  const [key = '', ...rest] = words
  if (key === 'p') {
    if (rest.length !== 5)
      return `wanted is "p, subject, resource, action, object, effect", found ${count(rest)} after "p"`
    const [subject, resource, action, object, effect] = rest as [string, string, string, string, string]
    return { kind: 'p', origin, subject, resource, action, object, effect }
  }
  if (key === 'g') {
    if (rest.length !== 2) return `wanted is "g, member, role", found ${count(rest)} after "g"`
    return { kind: 'g', origin, member: rest[0]!, role: rest[1]! }
  }
  // The names of casbin's own sections pass its reader and mean nothing.
  if (key === 'r' || key === 'e' || key === 'm') return undefined
  return `a line starts with "p" or "g", not with "${key}"`
}

function count(words: readonly string[]): string {
  return words.length === 1 ? '1 value' : `${words.length} values`
}

/** As Go's CSV reader with leading space trimmed: trailing space stays, quotes hold commas and are doubled. The problem as a text. */
function splitWords(text: string): string[] | string {
  const words: string[] = []
  let rest = text
  for (;;) {
    rest = rest.trimStart()
    if (rest.startsWith('"')) {
      const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest)
      if (quoted === null) return 'a quote is not closed, or something follows it before the comma'
      words.push(quoted[1]!.replaceAll('""', '"'))
      rest = rest.slice(quoted[0].length)
    } else {
      const end = rest.indexOf(',')
      const word = end < 0 ? rest : rest.slice(0, end)
      if (word.includes('"')) return 'a quote stands inside a value that does not begin with one'
      words.push(word)
      rest = rest.slice(word.length)
    }
    if (rest === '') return words
    rest = rest.slice(1)
  }
}
