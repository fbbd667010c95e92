/** Checks a custom object against its structural schema: types, required, enum, pattern, bounds, unique list items. Pure. */
import { type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'

export function validateCustom(object: Data, schema: unknown): FieldError[] {
  const errors: FieldError[] = []
  if (!isData(schema)) return errors
  const rest: Data = { ...object }
  delete rest['apiVersion']
  delete rest['kind']
  delete rest['metadata']
  fields(rest, schema, '', errors, new Set(['apiVersion', 'kind', 'metadata']))
  return errors
}

function check(value: unknown, schema: Data, path: string, errors: FieldError[]): void {
  if (value === null) {
    if (schema['nullable'] !== true && schema['type'] !== undefined)
      errors.push(wrongType(path, value, String(schema['type'])))
    return
  }
  if (!hasType(value, schema)) {
    errors.push(wrongType(path, value, typeName(schema)))
    return
  }
  const allowed = listAt(schema, 'enum')
  if (allowed.length > 0 && !allowed.some((one) => deepEqual(one, value)))
    errors.push(unsupported(path, value, allowed))
  if (typeof value === 'string') text(value, schema, path, errors)
  else if (typeof value === 'number') number(value, schema, path, errors)
  else if (Array.isArray(value)) list(value, schema, path, errors)
  else if (isData(value)) fields(value, schema, path, errors, NONE)
}

const NONE: ReadonlySet<string> = new Set()

function fields(value: Data, schema: Data, path: string, errors: FieldError[], skip: ReadonlySet<string>): void {
  for (const name of listAt(schema, 'required').map(String)) {
    if (!skip.has(name) && value[name] === undefined) errors.push(required(join(path, name)))
  }
  const properties = dataAt(schema, 'properties')
  const others = schema['additionalProperties']
  for (const name in value) {
    const property = properties[name] ?? others
    if (isData(property)) check(value[name], property, join(path, name), errors)
  }
  const count = Object.keys(value).length
  bound(count, schema['maxProperties'], schema['minProperties'], path, 'properties', errors)
}

function list(value: readonly unknown[], schema: Data, path: string, errors: FieldError[]): void {
  bound(value.length, schema['maxItems'], schema['minItems'], path, 'items', errors)
  const item = schema['items']
  if (isData(item)) for (const [index, one] of value.entries()) check(one, item, `${path}[${index}]`, errors)
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  if (schema['x-kubernetes-list-type'] !== 'set' && keys.length === 0) return
  const seen = new Set<string>()
  for (const [index, one] of value.entries()) {
    const key =
      keys.length === 0 ? one : Object.fromEntries(keys.map((name) => [name, isData(one) ? one[name] : undefined]))
    const known = JSON.stringify(key)
    if (seen.has(known))
      errors.push({ type: 'FieldValueDuplicate', field: `${path}[${index}]`, detail: `Duplicate value: ${known}` })
    seen.add(known)
  }
}

function bound(count: number, most: unknown, least: unknown, path: string, what: string, errors: FieldError[]): void {
  if (typeof most === 'number' && count > most) {
    errors.push({
      type: 'FieldValueInvalid',
      field: path,
      detail: `Too many: ${count}: must have at most ${most} ${what}`,
    })
  }
  if (typeof least === 'number' && count < least) {
    errors.push(invalidValue(path, count, `${path} in body should have at least ${least} ${what}`))
  }
}

function text(value: string, schema: Data, path: string, errors: FieldError[]): void {
  const { pattern, maxLength, minLength } = schema
  if (typeof pattern === 'string' && !compiled(pattern).test(value)) {
    errors.push(invalidValue(path, value, `${path} in body should match '${pattern}'`))
  }
  const length = [...value].length
  if (typeof maxLength === 'number' && length > maxLength) {
    errors.push({ type: 'FieldValueInvalid', field: path, detail: `Too long: may not be more than ${maxLength} bytes` })
  }
  if (typeof minLength === 'number' && length < minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`))
  }
}

function number(value: number, schema: Data, path: string, errors: FieldError[]): void {
  const { maximum, minimum, multipleOf } = schema
  if (typeof maximum === 'number' && (schema['exclusiveMaximum'] === true ? value >= maximum : value > maximum)) {
    errors.push(invalidValue(path, value, `${path} in body should be less than or equal to ${maximum}`))
  }
  if (typeof minimum === 'number' && (schema['exclusiveMinimum'] === true ? value <= minimum : value < minimum)) {
    errors.push(invalidValue(path, value, `${path} in body should be greater than or equal to ${minimum}`))
  }
  if (typeof multipleOf === 'number' && multipleOf > 0 && !Number.isInteger(value / multipleOf)) {
    errors.push(invalidValue(path, value, `${path} in body should be a multiple of ${multipleOf}`))
  }
}

const patterns = new Map<string, RegExp>()

/** Go's syntax is close to ours; a pattern we cannot read refuses nothing. */
function compiled(pattern: string): RegExp {
  let regexp = patterns.get(pattern)
  if (regexp === undefined) {
    try {
      regexp = new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'iu' : '')
    } catch {
      regexp = /^/
    }
    patterns.set(pattern, regexp)
  }
  return regexp
}

function hasType(value: unknown, schema: Data): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value)
  switch (schema['type']) {
    case 'string':
      return typeof value === 'string'
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isData(value)
    default:
      return true
  }
}

function typeName(schema: Data): string {
  return schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : String(schema['type'])
}

function wrongType(path: string, value: unknown, wanted: string): FieldError {
  const got =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'array'
        : typeof value === 'number'
          ? Number.isInteger(value)
            ? 'integer'
            : 'number'
          : typeof value
  const shown = typeof value === 'object' && value !== null ? JSON.stringify(got) : JSON.stringify(value)
  return {
    type: 'FieldValueTypeInvalid',
    field: path,
    detail: `Invalid value: ${shown}: ${path} in body must be of type ${wanted}: ${JSON.stringify(got)}`,
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
