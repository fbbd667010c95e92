/** `x-kubernetes-validations`: the rules a custom kind brings along, run over an object and what it was before. Pure. */
import { CelError, compile, type Expression, optional } from '../cel/expression.ts'
import { toCel } from '../cel/to-cel.ts'
import { duplicate, type FieldError, forbiddenField, required } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt, own } from '../values.ts'

interface Rule {
  readonly text: string
  readonly expression: Expression | CelError
  readonly message: string
  readonly messageExpression: Expression | undefined
  readonly reason: string
  readonly fieldPath: string
  readonly transition: boolean
  readonly optionalOldSelf: boolean
}

const compiled = new WeakMap<Data, readonly Rule[]>()

/** Compiled once per schema. */
function rulesOf(schema: Data): readonly Rule[] {
  let rules = compiled.get(schema)
  if (rules === undefined) {
    rules = listAt(schema, 'x-kubernetes-validations').filter(isData).map(readRule)
    compiled.set(schema, rules)
  }
  return rules
}

function readRule(given: Data): Rule {
  const text = String(given['rule'] ?? '')
  const expression = tryCompile(text)
  const message = typeof given['messageExpression'] === 'string' ? tryCompile(given['messageExpression']) : undefined
  return {
    text,
    expression,
    message: String(given['message'] ?? `failed rule: ${text.trim()}`),
    messageExpression: message instanceof CelError ? undefined : message,
    reason: String(given['reason'] ?? 'FieldValueInvalid'),
    fieldPath: String(given['fieldPath'] ?? ''),
    transition: !(expression instanceof CelError) && expression.uses('oldSelf'),
    optionalOldSelf: given['optionalOldSelf'] === true,
  }
}

function tryCompile(text: string): Expression | CelError {
  try {
    return compile(text)
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

const plain = new WeakMap<Data, boolean>()

/** Nothing below has a rule: then nothing need be walked. */
function hasRules(schema: Data): boolean {
  let known = plain.get(schema)
  if (known === undefined) {
    known =
      listAt(schema, 'x-kubernetes-validations').length > 0 ||
      [
        ...Object.values(dataAt(schema, 'properties')),
        schema['items'],
        schema['additionalProperties'],
        ...listAt(schema, 'allOf'),
      ].some((child) => isData(child) && hasRules(child))
    plain.set(schema, known)
  }
  return known
}

/** `path` is '' for the whole object. */
export function runRules(value: unknown, old: unknown, schema: Data, path = ''): FieldError[] {
  if (value === null || value === undefined || !hasRules(schema)) return []
  const errors = ownErrors(value, old, schema, path)
  for (const part of listAt(schema, 'allOf').filter(isData)) errors.push(...runRules(value, old, part, path))
  if (Array.isArray(value)) return [...errors, ...itemErrors(value, old, schema, path)]
  if (!isData(value)) return errors
  const before = isData(old) ? old : {}
  const properties = dataAt(schema, 'properties')
  const others = schema['additionalProperties']
  for (const key of Object.keys(value).sort()) {
    const declared = own(properties, key)
    const child = declared ?? others
    if (!isData(child)) continue
    const at = declared === undefined ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    errors.push(...runRules(value[key], before[key], child, at))
  }
  return errors
}

/** Only items of keyed lists have a past: in others nothing says which one an item was. */
function itemErrors(items: readonly unknown[], old: unknown, schema: Data, path: string): FieldError[] {
  const child = schema['items']
  if (!isData(child)) return []
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  const before = new Map<string, unknown>()
  const keyOf = (item: unknown) => JSON.stringify(keys.map((key) => (isData(item) ? item[key] : undefined)))
  if (keys.length > 0 && Array.isArray(old)) for (const item of old) before.set(keyOf(item), item)
  return items.flatMap((item, index) =>
    runRules(item, keys.length > 0 ? before.get(keyOf(item)) : undefined, child, `${path}[${index}]`),
  )
}

function ownErrors(value: unknown, old: unknown, schema: Data, path: string): FieldError[] {
  const rules = rulesOf(schema)
  if (rules.length === 0) return []
  const self = toCel(value, schema)
  const oldSelf = old === undefined || old === null ? undefined : toCel(old, schema)
  const unchanged = old !== undefined && deepEqual(old, value)
  const errors: FieldError[] = []
  for (const rule of rules) {
    const { expression } = rule
    if (expression instanceof CelError) {
      errors.push(complaint(path, schema, `rule compile error: ${expression.message}`))
      continue
    }
    if (rule.transition && oldSelf === undefined && !rule.optionalOldSelf) continue
    // What was broken before and has not changed may stay.
    if (!rule.transition && unchanged) continue
    const bindings: Record<string, unknown> = { self }
    if (rule.transition) bindings['oldSelf'] = rule.optionalOldSelf ? optional(oldSelf) : oldSelf
    try {
      if (expression.run(bindings) === true) continue
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      errors.push(complaint(path, schema, failureText(error, rule)))
      continue
    }
    const at = rule.fieldPath === '' ? path : `${path}${rule.fieldPath}`.replace(/^\./, '')
    errors.push(broken(rule, at, value, detailOf(rule, bindings)))
  }
  return errors
}

/** What the library says, in the words of the real server where they are known. */
function failureText(error: CelError, rule: Rule): string {
  const told = `rule: ${JSON.stringify(rule.text)}`
  if (error.message.startsWith('no such overload') || error.message.startsWith('found no matching overload')) {
    return `'no such overload': call arguments did not match a supported operator, function or macro signature for ${told.replace('rule: ', 'rule: ')}`
  }
  return `${error.message.replace(/^No such key/, 'no such key')} evaluating ${told}`
}

function detailOf(rule: Rule, bindings: Record<string, unknown>): string {
  if (rule.messageExpression === undefined) return rule.message
  try {
    const text = rule.messageExpression.run(bindings)
    return typeof text === 'string' && text.trim() !== '' ? text : rule.message
  } catch (error) {
    if (error instanceof CelError) return rule.message
    throw error
  }
}

function complaint(path: string, schema: Data, detail: string): FieldError {
  const type = typeof schema['type'] === 'string' ? schema['type'] : ''
  return {
    type: 'FieldValueInvalid',
    field: path === '' ? '<nil>' : path,
    detail: `Invalid value: ${JSON.stringify(type)}: ${detail}`,
  }
}

function broken(rule: Rule, path: string, value: unknown, detail: string): FieldError {
  const at = path === '' ? '<nil>' : path
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(at, detail)
    case 'FieldValueRequired':
      return required(at, detail)
    case 'FieldValueDuplicate':
      return duplicate(at, value)
    default: {
      const shown = typeof value === 'object' ? '' : `${JSON.stringify(value)}: `
      return { type: 'FieldValueInvalid', field: at, detail: `Invalid value: ${shown}${detail}` }
    }
  }
}
