/**
 * Globs as Argo CD matches projects, windows, RBAC, kinds in its settings and `ignoreDifferences` (the gobwas dialect): `*` and `?` stop
 * at separators, `**` does not, `[a-z]` and `[!abc]` are one character, `{a,b}` alternatives, `\` takes the next character as it is. The whole text must match, case matters. Pure.
 */

/** Tells whether a text matches. */
export type Matcher = (text: string) => boolean

type Node =
  | { readonly kind: 'text'; readonly char: string }
  /** `*` or `**`: any number of characters. */
  | { readonly kind: 'any'; readonly crosses: boolean }
  /** `?`. */
  | { readonly kind: 'one' }
  | { readonly kind: 'range'; readonly low: string; readonly high: string; readonly not: boolean }
  | { readonly kind: 'list'; readonly chars: ReadonlySet<string>; readonly not: boolean }
  | { readonly kind: 'either'; readonly branches: readonly (readonly Node[])[] }

/** Undefined when the pattern does not parse; such a pattern matches nothing. Cost of a match is linear in pattern times text, whatever the pattern. */
export function compileGlob(pattern: string, separators = ''): Matcher | undefined {
  const nodes = parse(pattern)
  if (nodes === undefined) return undefined
  return quick(nodes, separators) ?? simulate(nodes, new Set(separators))
}

const cacheLimit = 10_000
const cache = new Map<string, Matcher>()
const never: Matcher = () => false

/** Compiled once per pattern; an invalid pattern matches nothing. */
export function matchGlob(pattern: string, text: string, separators = ''): boolean {
  const key = separators === '' ? pattern : `${separators}\0${pattern}`
  let matcher = cache.get(key)
  if (matcher === undefined) {
    if (cache.size >= cacheLimit) cache.clear()
    matcher = compileGlob(pattern, separators) ?? never
    cache.set(key, matcher)
  }
  return matcher(text)
}

function parse(pattern: string): readonly Node[] | undefined {
  const chars = [...pattern]
  let position = 0

  function sequence(depth: number): Node[] | undefined {
    const nodes: Node[] = []
    while (position < chars.length) {
      const char = chars[position]!
      if (depth > 0 && (char === ',' || char === '}')) break
      position++
      const node = special(char, depth)
      if (node === undefined) return undefined
      nodes.push(node)
    }
    return nodes
  }

  function special(char: string, depth: number): Node | undefined {
    if (char === '\\') {
      const next = chars[position++]
      return next === undefined ? undefined : { kind: 'text', char: next }
    }
    if (char === '*') {
      const crosses = chars[position] === '*'
      if (crosses) position++
      return { kind: 'any', crosses }
    }
    if (char === '?') return { kind: 'one' }
    if (char === '[') return brackets()
    if (char === '{') return braces(depth + 1)
    return { kind: 'text', char }
  }

  function brackets(): Node | undefined {
    const not = chars[position] === '!'
    if (not) position++
    const end = closing()
    if (end === undefined) return undefined
    const inside = end.chars
    position = end.next
    if (inside[1]?.char === '-' && !inside[1].escaped) {
      const [low, , high] = inside
      if (inside.length !== 3 || low!.char > high!.char) return undefined
      return { kind: 'range', low: low!.char, high: high!.char, not }
    }
    return inside.length === 0 ? undefined : { kind: 'list', chars: new Set(inside.map((one) => one.char)), not }
  }

  function closing(): { chars: { char: string; escaped: boolean }[]; next: number } | undefined {
    const found: { char: string; escaped: boolean }[] = []
    for (let at = position; at < chars.length; at++) {
      const char = chars[at]!
      if (char === ']') return { chars: found, next: at + 1 }
      if (char === '\\') {
        const next = chars[++at]
        if (next === undefined) return undefined
        found.push({ char: next, escaped: true })
      } else found.push({ char, escaped: false })
    }
    return undefined
  }

  function braces(depth: number): Node | undefined {
    const branches: (readonly Node[])[] = []
    for (;;) {
      const branch = sequence(depth)
      if (branch === undefined) return undefined
      branches.push(branch)
      const end = chars[position++]
      if (end === '}') return { kind: 'either', branches }
      if (end !== ',') return undefined
    }
  }

  return sequence(0)
}

/** The shapes that nearly all patterns have need no simulation. */
function quick(nodes: readonly Node[], separators: string): Matcher | undefined {
  const stars = nodes.filter((node) => node.kind !== 'text')
  if (stars.length === 0) {
    const literal = textOf(nodes)
    return (text) => text === literal
  }
  const [star] = stars
  if (stars.length > 1 || star?.kind !== 'any') return undefined
  if (!star.crosses && separators !== '') return undefined
  const at = nodes.indexOf(star)
  const before = textOf(nodes.slice(0, at))
  const after = textOf(nodes.slice(at + 1))
  const least = before.length + after.length
  return (text) => text.length >= least && text.startsWith(before) && text.endsWith(after)
}

function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => (node.kind === 'text' ? node.char : '')).join('')
}

/** A state of the automaton: takes one character and goes on, or goes on without one. */
interface State {
  readonly takes: ((char: string) => boolean) | undefined
  next: number[]
}

/** All places in the pattern at once, character by character: nothing is tried twice, so no pattern explodes. */
function simulate(nodes: readonly Node[], separators: ReadonlySet<string>): Matcher {
  const states: State[] = []
  const final = add(undefined, [])
  const start = build(nodes, final)

  function add(takes: State['takes'], next: number[]): number {
    return states.push({ takes, next }) - 1
  }

  function build(sequence: readonly Node[], then: number): number {
    let next = then
    for (const node of sequence.toReversed()) next = one(node, next)
    return next
  }

  function one(node: Node, then: number): number {
    if (node.kind === 'text') return add((char) => char === node.char, [then])
    if (node.kind === 'one') return add((char) => !separators.has(char), [then])
    if (node.kind === 'range') return add((char) => (char >= node.low && char <= node.high) !== node.not, [then])
    if (node.kind === 'list') return add((char) => node.chars.has(char) !== node.not, [then])
    if (node.kind === 'either')
      return add(
        undefined,
        node.branches.map((branch) => build(branch, then)),
      )
    const loop = add(node.crosses ? () => true : (char) => !separators.has(char), [])
    const fork = add(undefined, [loop, then])
    states[loop]!.next.push(fork)
    return fork
  }

  function reach(from: readonly number[]): Set<number> {
    const seen = new Set<number>()
    const open = [...from]
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seen.has(state)) continue
      seen.add(state)
      if (states[state]!.takes === undefined) open.push(...states[state]!.next)
    }
    return seen
  }

  return (text) => {
    let now = reach([start])
    for (const char of text) {
      const after: number[] = []
      for (const state of now) if (states[state]!.takes?.(char) === true) after.push(...states[state]!.next)
      if (after.length === 0) return false
      now = reach(after)
    }
    return now.has(final)
  }
}
