/** Reads manifests as kubectl does (sigs.k8s.io/yaml: YAML 1.1 scalars, JSON data model). Pure. */
import { dump, FAILSAFE_SCHEMA, loadAll, Type, YAMLException } from 'js-yaml'

export interface YamlDocument {
  /** JSON data; integers beyond 2^53 are bigint. */
  readonly value: unknown
  /** 1-based line of the document's first content. */
  readonly line: number
}

export interface YamlWarning {
  readonly line: number
  readonly message: string
}

/** A document that does not parse. `line` and `column` are 1-based; the message says what was expected, without the position. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number, options?: { cause?: unknown }) {
    super(message, options)
    this.line = line
    this.column = column
  }
}

const trueWords = new Set('y Y yes Yes YES true True TRUE on On ON'.split(' '))
const falseWords = new Set('n N no No NO false False FALSE off Off OFF'.split(' '))
const nullWords = new Set(['', '~', 'null', 'Null', 'NULL'])
const integer = /^[-+]?(?:0[bB][01_]+|0o[0-7_]+|0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$/
const float = /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/

/** The integer a plain scalar means, or undefined. `0644` is octal, `1_000` a thousand (Go's strconv.ParseInt with base 0). */
function integerOf(text: string): number | bigint | undefined {
  if (!integer.test(text)) return undefined
  const negative = text.startsWith('-')
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '')
  const octal = /^0[0-9]+$/.test(digits)
  if (octal && /[89]/.test(digits)) return undefined
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  const value = negative ? -magnitude : magnitude
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return undefined
  // Go reads what only fits an unsigned integer as a float once it is JSON.
  if (value >= 2n ** 63n) return Number(value)
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

function floatOf(text: string): number | undefined {
  if (!float.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : undefined
}

const withoutJson = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

const schema = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:null', {
      kind: 'scalar',
      resolve: (text: string | null) => text === null || nullWords.has(text),
      construct: () => null,
      predicate: (value) => value === null,
      represent: () => 'null',
    }),
    new Type('tag:yaml.org,2002:bool', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && (trueWords.has(text) || falseWords.has(text)),
      construct: (text: string) => trueWords.has(text),
      predicate: (value) => typeof value === 'boolean',
      represent: (value: object) => String(value),
    }),
    new Type('tag:yaml.org,2002:int', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && integerOf(text) !== undefined,
      construct: (text: string) => integerOf(text),
      predicate: (value) => typeof value === 'bigint' || Number.isInteger(value),
      represent: (value: object) => String(value),
    }),
    new Type('tag:yaml.org,2002:float', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && floatOf(text) !== undefined,
      construct: (text: string) => floatOf(text),
      predicate: (value) => typeof value === 'number',
      represent: (value: object) => String(value),
    }),
    new Type('tag:yaml.org,2002:float#none', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && withoutJson.test(text),
      construct: (text: string) => {
        throw new YAMLException(`${text} has no JSON form`)
      },
    }),
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' }),
  ],
  explicit: [
    new Type('tag:yaml.org,2002:binary', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null,
      construct: (text: string) => Buffer.from(text, 'base64').toString('utf8'),
    }),
    new Type('tag:yaml.org,2002:timestamp', { kind: 'scalar', construct: (text: string) => text }),
  ],
})

interface ParserState {
  readonly line: number
  readonly documents: readonly unknown[]
}

/** Every document of a stream, empty and comment-only ones left out. Throws YamlError. */
export function parseYaml(text: string): { documents: YamlDocument[]; warnings: YamlWarning[] } {
  try {
    return { documents: load(text, false), warnings: [] }
  } catch (error) {
    if (!isDuplicateKey(error)) throw toYamlError(error)
    // Of duplicate keys the last one counts, as for kubectl; the second pass is paid only by files that have them.
    const warnings = [
      { line: error.mark.line + 1, message: 'a key occurs twice in one mapping; the last value counts' },
    ]
    try {
      return { documents: load(text, true), warnings }
    } catch (second) {
      throw toYamlError(second)
    }
  }
}

function load(text: string, json: boolean): YamlDocument[] {
  const starts: number[] = []
  const values: unknown[] = []
  const listener = (event: string, state: ParserState) => {
    if (event === 'open' && starts.length === state.documents.length) starts.push(state.line + 1)
  }
  loadAll(text, (value) => values.push(value), { schema, json, listener } as unknown as Parameters<typeof loadAll>[2])
  if (text.includes('*')) refuseBombs(values)
  return values.flatMap((value, index) =>
    value === null || value === undefined ? [] : [{ value, line: starts[index] ?? 1 }],
  )
}

/** Aliases may repeat a lot of text in a few lines; past this many nodes it is an attack and no manifest. */
const maxNodes = 2_000_000

/** An alias inside its own anchor has no JSON form, and one that expands without end must not be followed. */
function refuseBombs(values: readonly unknown[]): void {
  let nodes = 0
  const above = new Set<unknown>()
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return
    if (above.has(value)) throw new YAMLException('an anchor contains itself')
    if (++nodes > maxNodes) throw new YAMLException(`the aliases expand to more than ${maxNodes} values`)
    above.add(value)
    for (const inner of Object.values(value)) walk(inner)
    above.delete(value)
  }
  for (const value of values) walk(value)
}

function isDuplicateKey(error: unknown): error is YAMLException & { mark: { line: number } } {
  return error instanceof YAMLException && error.reason === 'duplicated mapping key'
}

function toYamlError(error: unknown): YamlError {
  if (!(error instanceof YAMLException)) return new YamlError(String(error), 1, 1, { cause: error })
  return new YamlError(error.reason, (error.mark?.line ?? 0) + 1, (error.mark?.column ?? 0) + 1, { cause: error })
}

/** One document as YAML text. A string that a YAML 1.1 reader would take for something else is quoted. */
export function printYaml(value: unknown): string {
  return dump(value, { schema, noRefs: true, lineWidth: -1, quotingType: '"' })
}
