/** CEL expressions of CRDs and admission policies: compiled once, run on data. The one place that knows the CEL library. Pure. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { addLists } from './lists.ts'
import { addNetwork } from './network.ts'
import { addQuantities } from './quantities.ts'
import { addStrings } from './strings.ts'

export interface Expression {
  /** Throws CelError. */
  run(bindings: Readonly<Record<string, unknown>>): unknown
  /** Does it look at this variable? */
  uses(name: string): boolean
}

/** An expression that cannot be compiled or evaluated. The message is one line. */
export class CelError extends Error {
  override readonly name = 'CelError'
}

let environment: Environment | undefined

/** Made when the first expression is met: most clusters have none. */
function shared(): Environment {
  if (environment === undefined) {
    environment = new Environment({
      unlistedVariablesAreDyn: true,
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
    })
    addStrings(environment)
    addLists(environment)
    addQuantities(environment)
    addNetwork(environment)
  }
  return environment
}

/** Throws CelError when the text is no expression. */
export function compile(text: string): Expression {
  const program = attempt(() => shared().parse(text))
  return {
    run: (bindings) => attempt(() => program({ ...bindings })),
    uses: (name) => mentions(program.ast, name),
  }
}

/** The value of an optional variable: there, or not. Made by the library, for expressions that ask `oldSelf.hasValue()`. */
export function optional(value: unknown): unknown {
  const text = value === undefined ? 'optional.none()' : 'optional.of(value)'
  return shared().evaluate(text, { value })
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new CelError(message.split('\n')[0] ?? message, { cause: error })
  }
}

function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((one) => mentions(one, name))
  if (typeof node !== 'object' || node === null) return false
  const { op, args } = node as Partial<ASTNode> & { args?: unknown }
  return op === 'id' ? args === name : mentions(args, name)
}
