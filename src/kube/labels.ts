/** Label selectors: parse, print, match. As k8s.io/apimachinery reads them. Pure. */
import { getList, getRecord, getString } from './fields.ts'

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan'

export interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** All requirements must hold; none at all matches everything. */
export type Selector = readonly Requirement[]

/** A selector that does not parse. The message says what was found instead. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

const keyPattern = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const valuePattern = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

/** `app=web,tier in (a, b),!canary,weight>5`. '' selects everything. Throws SelectorError. */
export function parseSelector(text: string): Selector {
  const tokens = tokenize(text)
  const requirements: Requirement[] = []
  let position = 0

  const peek = () => tokens[position]
  function take(expected: string): string {
    const token = tokens[position++]
    if (token === undefined) throw new SelectorError(`expected ${expected} at the end of "${text}"`)
    return token
  }
  function list(): string[] {
    if (take('"("') !== '(') throw new SelectorError(`expected "(" after in or notin in "${text}"`)
    const values: string[] = []
    for (;;) {
      // An absent value between commas or parentheses is the empty string.
      if (peek() === ',' || peek() === ')') values.push('')
      else values.push(take('a value'))
      const separator = take('"," or ")"')
      if (separator === ')') return values
      if (separator !== ',') throw new SelectorError(`expected "," or ")" instead of "${separator}" in "${text}"`)
    }
  }
  function single(): string {
    return peek() === undefined || peek() === ',' ? '' : take('a value')
  }
  function requirement(): Requirement {
    const first = take('a key')
    if (first === '!') return { key: take('a key'), operator: 'DoesNotExist', values: [] }
    const operator = peek()
    if (operator === undefined || operator === ',') return { key: first, operator: 'Exists', values: [] }
    position++
    switch (operator) {
      case '=':
      case '==':
        return { key: first, operator: 'In', values: [single()] }
      case '!=':
        return { key: first, operator: 'NotIn', values: [single()] }
      case 'in':
        return { key: first, operator: 'In', values: list() }
      case 'notin':
        return { key: first, operator: 'NotIn', values: list() }
      case '>':
        return { key: first, operator: 'GreaterThan', values: [single()] }
      case '<':
        return { key: first, operator: 'LessThan', values: [single()] }
      default:
        throw new SelectorError(`"${operator}" in "${text}" is not an operator`)
    }
  }

  while (position < tokens.length) {
    requirements.push(checked(requirement()))
    if (position < tokens.length && take('","') !== ',') throw new SelectorError(`expected "," in "${text}"`)
    else if (tokens[position - 1] === ',' && position === tokens.length)
      throw new SelectorError(`"${text}" ends with ","`)
  }
  return requirements
}

function tokenize(text: string): string[] {
  return text.match(/[^\s=!<>(),]+|!=|==|[=!<>(),]/g) ?? []
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement
  if (!keyPattern.test(key)) throw new SelectorError(`"${key}" is not a label key`)
  for (const value of values) {
    if (!valuePattern.test(value)) throw new SelectorError(`"${value}" is not a label value`)
    if ((operator === 'GreaterThan' || operator === 'LessThan') && !/^-?\d+$/.test(value)) {
      throw new SelectorError(`"${value}" is not an integer`)
    }
  }
  return requirement
}

/** A LabelSelector object (`matchLabels`, `matchExpressions`). Absent selects nothing in Kubernetes: undefined. Throws SelectorError. */
export function readLabelSelector(value: unknown): Selector | undefined {
  if (value === undefined || value === null) return undefined
  const requirements: Requirement[] = []
  for (const [key, wanted] of Object.entries(getRecord(value, 'matchLabels') ?? {})) {
    requirements.push(checked({ key, operator: 'In', values: [String(wanted)] }))
  }
  for (const expression of getList(value, 'matchExpressions')) {
    const operator = getString(expression, 'operator') ?? ''
    if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist') {
      throw new SelectorError(`"${operator}" is not an operator`)
    }
    const values = getList(expression, 'values').map(String)
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
      throw new SelectorError(`${operator} needs values`)
    requirements.push(checked({ key: getString(expression, 'key') ?? '', operator, values }))
  }
  return requirements
}

/** NotIn and DoesNotExist hold for an absent label. */
export function matchesLabels(selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean {
  for (const requirement of selector) if (!holds(requirement, labels)) return false
  return true
}

function holds({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'GreaterThan':
      return isInteger(value) && BigInt(value) > BigInt(values[0]!)
    case 'LessThan':
      return isInteger(value) && BigInt(value) < BigInt(values[0]!)
  }
}

function isInteger(value: string | undefined): value is string {
  return value !== undefined && /^-?\d+$/.test(value)
}

/** The text for a `labelSelector` parameter; the inverse of parseSelector. */
export function printSelector(selector: Selector): string {
  return selector.map(printRequirement).join(',')
}

function printRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`
    case 'GreaterThan':
      return `${key}>${values[0]}`
    case 'LessThan':
      return `${key}<${values[0]}`
  }
}
