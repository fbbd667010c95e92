/**
 * Reads JSON as the API server's Go types do: unknown fields are dropped and told, nulls and zero values disappear, quantities get their
 * canonical form, wrong types are errors. For built-in kinds. Pure: returns new data.
 */
import { DecodingError } from '../status-error.ts'
import { type Data, isData } from '../values.ts'
import { canonicalQuantity } from './quantity.ts'
import type { Field, ScalarNode, StructNode, TypeNode } from './types.ts'
import { zeroOf } from './zero.ts'

export interface Decoded {
  value: Data
  /** Paths of fields the type does not have, as `spec.foo`. */
  unknown: string[]
}

/** Throws a 400 StatusError when a value has the wrong type; `what` opens the message (`Deployment in version "v1"`). */
export function decodeBuiltin(value: Data, type: StructNode, kind: string, version: string): Decoded {
  const unknown: string[] = []
  const fail = (detail: string): never => {
    throw new DecodingError(kind, version, detail)
  }
  return { value: decodeStruct(value, type, '', { unknown, fail }), unknown }
}

interface Context {
  unknown: string[]
  fail(detail: string): never
}

function decodeStruct(value: Data, type: StructNode, path: string, context: Context): Data {
  const result: Data = {}
  for (const key in value) {
    const field = type.fields.get(key)
    if (field === undefined) {
      context.unknown.push(path === '' ? key : `${path}.${key}`)
      continue
    }
    const given = value[key]
    if (given === null || given === undefined) continue
    const decoded = decode(given, field, path === '' ? key : `${path}.${key}`, type, context)
    // An empty list of managers is a wish: to start anew.
    if (key === 'managedFields' || !leftOut(decoded, field)) result[key] = decoded
  }
  for (const [key, field] of type.present ?? []) {
    if (result[key] !== undefined) continue
    // A copy: what is read may be filled in later.
    result[key] = field.type.kind === 'struct' ? decodeStruct({}, field.type, '', context) : zeroOf(field)
  }
  return result
}

/** Would Go's omitempty drop it? */
function leftOut(value: unknown, field: Field): boolean {
  if (field.always === true) return false
  if (Array.isArray(value)) return value.length === 0
  if (isData(value)) return field.type.kind === 'map' && isEmptyData(value)
  if (field.pointer === true) return false
  return value === '' || value === 0 || value === false || value === undefined
}

function isEmptyData(value: Data): boolean {
  for (const _ in value) return false
  return true
}

function decode(value: unknown, field: Field, path: string, holder: StructNode, context: Context): unknown {
  const { type } = field
  const fail = (wanted: string): never => context.fail(mismatch(value, path, holder, field.goType ?? wanted))
  switch (type.kind) {
    case 'any':
      return value
    case 'scalar':
      return decodeScalar(value, type, fail, context)
    case 'list':
      if (!Array.isArray(value)) return fail('[]string')
      return value.map((item, index) =>
        decode(item ?? emptyOf(type.items), itemField(field, type.items), `${path}[${index}]`, holder, context),
      )
    case 'map': {
      if (!isData(value)) return fail('map[string]string')
      const result: Data = {}
      for (const key in value) {
        result[key] = decode(value[key] ?? emptyOf(type.values), itemField(field, type.values), path, holder, context)
      }
      return result
    }
    default:
      if (!isData(value)) return fail(type.name.slice(type.name.lastIndexOf('.') + 1))
      return decodeStruct(value, type, path, context)
  }
}

function emptyOf(type: TypeNode): unknown {
  return type.kind === 'scalar' ? (type.type === 'integer' ? 0 : '') : type.kind === 'list' ? [] : {}
}

const itemFields = new WeakMap<Field, Field>()

/** The items of a list or map as a field: Go names their type without its brackets. */
function itemField(field: Field, type: TypeNode): Field {
  let item = itemFields.get(field)
  if (item === undefined) {
    const goType = field.goType?.replace(/^(\[\]|map\[[^\]]*\])/, '')
    item = { type, byValue: true, retainKeys: false, ...(goType !== undefined && { goType }) }
    itemFields.set(field, item)
  }
  return item
}

function decodeScalar(value: unknown, type: ScalarNode, fail: (wanted: string) => never, context: Context): unknown {
  switch (type.type) {
    case 'string':
      return typeof value === 'string' ? value : fail('string')
    case 'time':
      return typeof value === 'string' ? decodeTime(value, context) : fail('string')
    case 'bytes':
      return typeof value === 'string' ? checkBase64(value, context) : fail('[]uint8')
    case 'boolean':
      return typeof value === 'boolean' ? value : fail('bool')
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : fail('int32')
    case 'number':
      return typeof value === 'number' ? value : fail('float64')
    case 'intOrString':
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value)) ? value : fail('int32')
    default: {
      const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined
      return text ?? context.fail(QUANTITY_TEXT)
    }
  }
}

const QUANTITY_TEXT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function decodeTime(value: string, context: Context): string {
  if (value === '' || !Number.isNaN(Date.parse(value))) return value
  const shown = JSON.stringify(value)
  return context.fail(`parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`)
}

function checkBase64(text: string, context: Context): string {
  const clean = text.replace(/[\r\n]/g, '')
  const bad = clean.search(/[^A-Za-z0-9+/=]/)
  if (bad >= 0 || clean.length % 4 !== 0) {
    return context.fail(`illegal base64 data at input byte ${bad >= 0 ? bad : clean.length - (clean.length % 4)}`)
  }
  return clean
}

/** As Go's decoder says it, with the struct that holds the field. */
function mismatch(value: unknown, path: string, holder: StructNode, wanted: string): string {
  const struct = holder.name.slice(holder.name.lastIndexOf('.') + 1)
  const field = path.replace(/\[\d+\]/g, '')
  return `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${struct}.${field} of type ${wanted}`
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (isData(value)) return 'object'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value
}
