/** The part of kubectl's JSONPath that printer columns use: members, indexes, wildcards and simple filters. Pure. */

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'every' }
  | { readonly kind: 'filter'; readonly path: readonly Step[]; readonly equals: unknown; readonly negated: boolean }

const compiled = new Map<string, readonly Step[] | undefined>()

/** Every value the path leads to; undefined for a path that does not parse. */
export function evaluate(path: string, value: unknown): unknown[] | undefined {
  let steps = compiled.get(path)
  if (steps === undefined && !compiled.has(path)) {
    steps = parse(path)
    if (compiled.size > 1_000) compiled.clear()
    compiled.set(path, steps)
  }
  return steps === undefined ? undefined : follow(steps, [value])
}

const token =
  /\.([A-Za-z0-9_\-/]+(?:\\\.[A-Za-z0-9_\-/]+)*)|\[(-?\d+)\]|\[\*\]|\.\*|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[\?\(\s*@((?:\.[A-Za-z0-9_\-/]+|\['[^']*'\])+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.+-]+))\s*\)\]/y

function parse(path: string): Step[] | undefined {
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '')
  const steps: Step[] = []
  token.lastIndex = 0
  let position = 0
  while (position < text.length) {
    token.lastIndex = position
    const match = token.exec(text)
    if (match === null) return undefined
    position = token.lastIndex
    const name = match[1] ?? match[3] ?? match[4]
    if (name !== undefined) steps.push({ kind: 'member', name: name.replaceAll(/\\(.)/g, '$1') })
    else if (match[2] !== undefined) steps.push({ kind: 'index', index: Number(match[2]) })
    else if (match[5] !== undefined) {
      const inner = parse(match[5])
      if (inner === undefined) return undefined
      const equals = match[7] ?? match[8] ?? literal(match[9] ?? '')
      steps.push({ kind: 'filter', path: inner, equals, negated: match[6] === '!=' })
    } else steps.push({ kind: 'every' })
  }
  return steps
}

function literal(word: string): unknown {
  if (word === 'true' || word === 'false') return word === 'true'
  const number = Number(word)
  return Number.isNaN(number) ? word : number
}

function follow(steps: readonly Step[], start: unknown[]): unknown[] {
  let values = start
  for (const step of steps) values = values.flatMap((value) => one(step, value))
  return values
}

function one(step: Step, value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return []
  switch (step.kind) {
    case 'member': {
      const found = (value as Record<string, unknown>)[step.name]
      return found === undefined || found === null || !Object.hasOwn(value, step.name) ? [] : [found]
    }
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.index) : undefined
      return found === undefined ? [] : [found]
    }
    case 'every':
      return Object.values(value)
    case 'filter':
      return Object.values(value).filter((member) => {
        const found = follow(step.path, [member])
        return found.length > 0 && (found[0] === step.equals) !== step.negated
      })
  }
}
