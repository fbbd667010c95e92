/** What a value has against it by an OpenAPI schema. Pure. */
import { type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt, own } from '../values.ts'
import { hasFormat } from './formats.ts'

/** `old`: what was there before, where that can be said; equal values are not looked at. */
export function complaints(value: unknown, schema: Data, path: string, old?: unknown): FieldError[] {
  if (old !== undefined && deepEqual(value, old)) return []
  const errors = typeErrors(value, schema, path)
  if (value === null) return [...errors, ...enumErrors(value, schema, path)]
  errors.push(...alternatives(value, schema, path))
  if (typeof value === 'string') errors.push(...textErrors(value, schema, path))
  if (typeof value === 'number') errors.push(...numberErrors(value, schema, path))
  if (Array.isArray(value)) errors.push(...listErrors(value, schema, path, old))
  errors.push(...enumErrors(value, schema, path))
  if (isData(value)) errors.push(...fieldErrors(value, schema, path, old))
  return errors
}

function where(path: string): string {
  return `${path} in body`
}

function typesOf(schema: Data): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return typeof schema['type'] === 'string' ? [schema['type']] : []
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function typeErrors(value: unknown, schema: Data, path: string): FieldError[] {
  const types = typesOf(schema)
  if (types.length === 0) return []
  const type = jsonType(value)
  if (value === null) return schema['nullable'] === true ? [] : [typeInvalid(path, type, types.join(','), type)]
  if (typeof value === 'string' && types.includes('string')) {
    const format = schema['format']
    if (typeof format === 'string' && !hasFormat(value, format)) return [typeInvalid(path, value, format, value)]
    return []
  }
  if (types.includes(type) || (type === 'integer' && types.includes('number'))) return []
  return [typeInvalid(path, type, types.join(','), type)]
}

function typeInvalid(path: string, shown: string, wanted: string, got: string): FieldError {
  const detail = `${where(path)} must be of type ${wanted}: ${JSON.stringify(got)}`
  return {
    type: 'FieldValueTypeInvalid',
    field: path === '' ? '<nil>' : path,
    detail: `Invalid value: ${JSON.stringify(shown)}: ${detail}`,
  }
}

function enumErrors(value: unknown, schema: Data, path: string): FieldError[] {
  const allowed = listAt(schema, 'enum')
  if (allowed.length === 0 || allowed.some((one) => deepEqual(one, value))) return []
  return [unsupported(path, value, allowed)]
}

/** Of a string only the first complaint is told. */
function textErrors(value: string, schema: Data, path: string): FieldError[] {
  const { pattern, maxLength, minLength } = schema
  const length = [...value].length
  if (typeof maxLength === 'number' && length > maxLength) {
    return [{ type: 'FieldValueTooLong', field: path, detail: `Too long: may not be more than ${maxLength} bytes` }]
  }
  if (typeof minLength === 'number' && length < minLength) {
    return [invalidValue(path, value, `${where(path)} should be at least ${minLength} chars long`)]
  }
  if (typeof pattern === 'string' && !compiled(pattern).test(value)) {
    return [invalidValue(path, value, `${where(path)} should match '${pattern}'`)]
  }
  return []
}

function numberErrors(value: number, schema: Data, path: string): FieldError[] {
  const { maximum, minimum, multipleOf } = schema
  const errors: FieldError[] = []
  const tell = (text: string) => errors.push(invalidValue(path, value, `${where(path)} should be ${text}`))
  if (typeof multipleOf === 'number' && multipleOf > 0 && !Number.isInteger(value / multipleOf)) {
    tell(`a multiple of ${multipleOf}`)
  }
  if (typeof maximum === 'number') {
    if (schema['exclusiveMaximum'] === true ? value >= maximum : value > maximum) {
      tell(`less than ${schema['exclusiveMaximum'] === true ? '' : 'or equal to '}${maximum}`)
    }
  }
  if (typeof minimum === 'number') {
    if (schema['exclusiveMinimum'] === true ? value <= minimum : value < minimum) {
      tell(`greater than ${schema['exclusiveMinimum'] === true ? '' : 'or equal to '}${minimum}`)
    }
  }
  return errors
}

function listErrors(value: readonly unknown[], schema: Data, path: string, old: unknown): FieldError[] {
  const errors: FieldError[] = []
  const items = schema['items']
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  const keyOf = (item: unknown) => JSON.stringify(keys.map((key) => (isData(item) ? item[key] : undefined)))
  const before = new Map(keys.length > 0 && Array.isArray(old) ? old.map((item) => [keyOf(item), item as unknown]) : [])
  if (isData(items)) {
    for (const [index, item] of value.entries()) {
      errors.push(...complaints(item, items, `${path}[${index}]`, before.get(keyOf(item))))
    }
  }
  const { minItems, maxItems } = schema
  if (typeof minItems === 'number' && value.length < minItems) {
    errors.push(invalidValue(path, value.length, `${where(path)} should have at least ${minItems} items`))
  }
  if (typeof maxItems === 'number' && value.length > maxItems) {
    errors.push(tooMany(path, value.length, maxItems))
  }
  if (schema['uniqueItems'] === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
    errors.push(invalidValue(path, '', `${where(path)} shouldn't contain duplicates`))
  }
  return errors
}

function tooMany(path: string, count: number, most: number): FieldError {
  return { type: 'FieldValueTooMany', field: path, detail: `Too many: ${count}: must have at most ${most} items` }
}

function fieldErrors(value: Data, schema: Data, path: string, old: unknown): FieldError[] {
  const errors: FieldError[] = []
  const { minProperties, maxProperties } = schema
  const count = Object.keys(value).length
  if (typeof minProperties === 'number' && count < minProperties) {
    errors.push(invalidValue(path, count, `${where(path)} should have at least ${minProperties} properties`))
  }
  if (typeof maxProperties === 'number' && count > maxProperties) errors.push(tooMany(path, count, maxProperties))
  const properties = dataAt(schema, 'properties')
  const others = schema['additionalProperties']
  const before = isData(old) ? old : {}
  for (const name in value) {
    const child = own(properties, name) ?? others
    if (isData(child)) errors.push(...complaints(value[name], child, join(path, name), before[name]))
  }
  for (const name of listAt(schema, 'required').map(String)) {
    if (value[name] === undefined) errors.push(required(join(path, name)))
  }
  return errors
}

/** anyOf, oneOf, allOf and not. Of what fits nothing, the closest is told too. */
function alternatives(value: unknown, schema: Data, path: string): FieldError[] {
  const errors: FieldError[] = []
  const whole = (text: string): FieldError => ({
    type: 'FieldValueInvalid',
    field: '<nil>',
    detail: `Invalid value: "": ${JSON.stringify(path)} must ${text}`,
  })
  const any = listAt(schema, 'anyOf').filter(isData)
  if (any.length > 0) {
    const found = any.map((one) => complaints(value, one, path))
    if (!found.some((one) => one.length === 0))
      errors.push(whole('validate at least one schema (anyOf)'), ...closest(found))
  }
  const one = listAt(schema, 'oneOf').filter(isData)
  if (one.length > 0) {
    const found = one.map((each) => complaints(value, each, path))
    const fitting = found.filter((each) => each.length === 0).length
    if (fitting !== 1) {
      const told = fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`
      errors.push(whole(`validate one and only one schema (oneOf). ${told}`))
      if (fitting === 0) errors.push(...closest(found))
    }
  }
  const all = listAt(schema, 'allOf').filter(isData)
  const failing = all.map((each) => complaints(value, each, path)).filter((each) => each.length > 0)
  if (failing.length > 0) {
    const none = failing.length === all.length ? '. None validated' : ''
    errors.push(...failing.flat(), whole(`validate all the schemas (allOf)${none}`))
  }
  if (isData(schema['not']) && complaints(value, schema['not'], path).length === 0) {
    errors.push(whole('not validate the schema (not)'))
  }
  return errors
}

function closest(found: readonly FieldError[][]): readonly FieldError[] {
  return found.reduce((best, one) => (one.length < best.length ? one : best))
}

const patterns = new Map<string, RegExp>()

/** Go's syntax is close to ours; a pattern we cannot read refuses nothing. */
function compiled(pattern: string): RegExp {
  let regexp = patterns.get(pattern)
  if (regexp === undefined) {
    try {
      regexp = new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'iu' : 'u')
    } catch {
      regexp = /^/
    }
    patterns.set(pattern, regexp)
  }
  return regexp
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
