/**
 * ValidatingAdmissionPolicies: which of them a write meets, and whether they let it through. Reads the store, writes nothing.
 *
 * A policy does nothing without a binding. What is not told to expressions: who writes (`request.userInfo` is empty) and `authorizer`.
 */
import type { KubeObject } from '../../kube/object.ts'
import { CelError, compile, type Expression } from '../cel/expression.ts'
import { toCel } from '../cel/to-cel.ts'
import type { ClusterState } from '../cluster-state.ts'
import type { Resource } from '../resources.ts'
import { qualified, StatusError } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { matchesWrite, type Operation } from './match.ts'
import { paramsOf } from './params.ts'

const POLICIES = 'admissionregistration.k8s.io/validatingadmissionpolicies'
const BINDINGS = 'admissionregistration.k8s.io/validatingadmissionpolicybindings'

export interface Attempt {
  readonly resource: Resource
  readonly operation: Operation
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
  readonly subresource: string
  readonly dryRun: boolean
  warn?: ((message: string) => void) | undefined
}

interface Decision {
  readonly policy: string
  readonly binding: string
  readonly message: string
  readonly reason: string
}

const CODES: Record<string, number> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413, Invalid: 422 }

/** Throws the StatusError of the first policy that denies. */
export function admit(state: ClusterState, attempt: Attempt): void {
  const bindings = state.store.list(BINDINGS)
  if (bindings.length === 0 || attempt.resource.group === 'admissionregistration.k8s.io') return
  const denied: Decision[] = []
  for (const policy of state.store.list(POLICIES)) {
    const spec = dataAt(policy.object(), 'spec')
    if (!matchesWrite(state, dataAt(spec, 'matchConstraints'), attempt)) continue
    for (const binding of bindings) {
      const bound = dataAt(binding.object(), 'spec')
      if (bound['policyName'] !== policy.name) continue
      const narrowed = bound['matchResources']
      if (isData(narrowed) && !matchesWrite(state, narrowed, attempt)) continue
      const found = decide(state, policy.name, spec, binding.name, bound, attempt)
      const actions = listAt(bound, 'validationActions')
      if (actions.includes('Deny')) denied.push(...found)
      if (actions.includes('Warn'))
        for (const one of found) attempt.warn?.(`Validation failed for ${told(one)}: ${one.message}`)
    }
  }
  const [first] = denied
  if (first !== undefined) throw refusal(attempt, first)
}

function told({ policy, binding }: Decision): string {
  return `ValidatingAdmissionPolicy '${policy}' with binding '${binding}'`
}

function refusal({ resource, object, old }: Attempt, decision: Decision): StatusError {
  const name = (object ?? old)?.metadata.name ?? ''
  const message = `${told(decision)} denied request: ${decision.message}`
  return new StatusError(
    CODES[decision.reason] ?? 422,
    decision.reason,
    `${qualified(resource)} ${JSON.stringify(name)} is forbidden: ${message}`,
    {
      name,
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
      causes: [{ message } as { reason: string; message: string }],
    },
  )
}

function decide(
  state: ClusterState,
  policy: string,
  spec: Data,
  binding: string,
  bound: Data,
  attempt: Attempt,
): Decision[] {
  const fails = spec['failurePolicy'] !== 'Ignore'
  const failed = (message: string): Decision[] => (fails ? [{ policy, binding, message, reason: 'Invalid' }] : [])
  const params = paramsOf(state, spec, bound, attempt.object ?? attempt.old)
  if ('problem' in params) return failed(`failed to configure binding: ${params.problem}`)
  return params.found.flatMap((param) => {
    const bindings = variables(state, attempt, param, listAt(spec, 'variables').filter(isData))
    for (const condition of listAt(spec, 'matchConditions').filter(isData)) {
      const result = evaluate(String(condition['expression']), bindings)
      if (result instanceof CelError)
        return failed(`expression '${String(condition['expression'])}' resulted in error: ${result.message}`)
      if (result !== true) return []
    }
    return listAt(spec, 'validations')
      .filter(isData)
      .flatMap((validation) => {
        const expression = String(validation['expression'])
        const result = evaluate(expression, bindings)
        if (result instanceof CelError) return failed(`expression '${expression}' resulted in error: ${result.message}`)
        if (result === true) return []
        return [
          {
            policy,
            binding,
            message: messageOf(validation, expression, bindings),
            reason: String(validation['reason'] ?? 'Invalid'),
          },
        ]
      })
  })
}

function messageOf(validation: Data, expression: string, bindings: Data): string {
  const own =
    typeof validation['messageExpression'] === 'string' ? evaluate(validation['messageExpression'], bindings) : ''
  if (typeof own === 'string' && own.trim() !== '') return own
  const { message } = validation
  return typeof message === 'string' && message !== '' ? message : `failed expression: ${expression.trim()}`
}

const compiled = new Map<string, Expression | CelError>()

function evaluate(text: string, bindings: Data): unknown {
  let expression = compiled.get(text)
  if (expression === undefined) {
    try {
      expression = compile(text)
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      expression = error
    }
    compiled.set(text, expression)
  }
  if (expression instanceof CelError) return expression
  try {
    return expression.run(bindings)
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

/** What expressions see. Variables are computed when an expression asks for them. */
function variables(state: ClusterState, attempt: Attempt, param: KubeObject | undefined, given: readonly Data[]): Data {
  const { resource, operation, object, old, subresource, dryRun } = attempt
  const { name, namespace } = (object ?? old)?.metadata ?? {}
  const version = { group: resource.group, version: resource.version }
  const home = namespace === undefined ? undefined : state.store.get('/namespaces', '', namespace)
  const own: Data = {}
  const bindings: Data = {
    object: toCel(object ?? null, undefined),
    oldObject: toCel(old ?? null, undefined),
    params: toCel(param ?? null, undefined),
    namespaceObject: toCel(home?.object() ?? null, undefined),
    variables: own,
    request: {
      kind: { ...version, kind: resource.kind },
      resource: { ...version, resource: resource.plural },
      subResource: subresource,
      name: name ?? '',
      namespace: namespace ?? '',
      operation,
      userInfo: { username: '', groups: [] },
      dryRun,
    },
  }
  for (const variable of given) {
    Object.defineProperty(own, String(variable['name']), {
      enumerable: true,
      get: () => {
        const value = evaluate(String(variable['expression']), bindings)
        if (value instanceof CelError) throw value
        return value
      },
    })
  }
  return bindings
}
