/**
 * Reads JSON as the API server's Go types do: unknown fields are dropped and told, nulls and zero values disappear, quantities get their
 * canonical form, wrong types are errors. For built-in kinds. Pure: returns new data.
 */
import { DecodingError } from '../status-error.ts'
import { type Data, isData } from '../values.ts'
import { PLAIN_BOOLEANS, PLAIN_INTEGERS, POINTER_STRINGS } from './go-zero.ts'
import { canonicalQuantity } from './quantity.ts'
import type { Field, ScalarNode, StructNode, TypeNode } from './types.ts'

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
    const here = path === '' ? key : `${path}.${key}`
    const decoded = given === null ? undefined : decode(given, field.type, here, context)
    if (decoded === undefined || leftOut(key, decoded, field, type)) continue
    result[key] = decoded
  }
  for (const [key, field] of type.fields) {
    if (!field.byValue || result[key] !== undefined || field.type.kind !== 'struct') continue
    // volumeClaimTemplates and the like hold whole objects; nobody writes their status.
    if (key !== 'status' || path === '') result[key] = decodeStruct({}, field.type, `${path}.${key}`, context)
  }
  return result
}

/** Would Go's omitempty drop it? */
function leftOut(key: string, value: unknown, field: Field, holder: StructNode): boolean {
  if (holder.required.has(key)) return false
  if (value === '') return !POINTER_STRINGS.has(key)
  if (value === 0) return PLAIN_INTEGERS.has(key)
  if (value === false) return PLAIN_BOOLEANS.has(key)
  if (Array.isArray(value)) return value.length === 0
  return field.type.kind === 'map' && isData(value) && isEmptyData(value)
}

function isEmptyData(value: Data): boolean {
  for (const _ in value) return false
  return true
}

function decode(value: unknown, type: TypeNode, path: string, context: Context): unknown {
  switch (type.kind) {
    case 'any':
      return value
    case 'scalar':
      return decodeScalar(value, type, path, context)
    case 'list':
      if (!Array.isArray(value)) return context.fail(mismatch(value, path, '[]'))
      return value.map((item, index) => decode(item ?? {}, type.items, `${path}[${index}]`, context))
    case 'map': {
      if (!isData(value)) return context.fail(mismatch(value, path, 'map[string]string'))
      const result: Data = {}
      for (const key in value) {
        const given = value[key]
        const empty = type.values.kind === 'scalar' ? '' : {}
        result[key] = decode(given ?? empty, type.values, `${path}.${key}`, context)
      }
      return result
    }
    default:
      if (!isData(value)) return context.fail(mismatch(value, path, type.name.slice(type.name.lastIndexOf('.') + 1)))
      return decodeStruct(value, type, path, context)
  }
}

function decodeScalar(value: unknown, type: ScalarNode, path: string, context: Context): unknown {
  switch (type.type) {
    case 'string':
      return typeof value === 'string' ? value : context.fail(mismatch(value, path, 'string'))
    case 'time':
      if (typeof value !== 'string') return context.fail(mismatch(value, path, 'time.Time'))
      if (value !== '' && Number.isNaN(Date.parse(value))) {
        return context.fail(
          `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
        )
      }
      return value
    case 'bytes':
      if (typeof value !== 'string') return context.fail(mismatch(value, path, '[]uint8'))
      return checkBase64(value, context)
    case 'boolean':
      return typeof value === 'boolean' ? value : context.fail(mismatch(value, path, 'bool'))
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : context.fail(mismatch(value, path, 'int32'))
    case 'number':
      return typeof value === 'number' ? value : context.fail(mismatch(value, path, 'float64'))
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value)
        ? value
        : context.fail(mismatch(value, path, 'intstr.IntOrString'))
    default: {
      const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined
      return (
        text ??
        context.fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      )
    }
  }
}

function checkBase64(text: string, context: Context): string {
  const clean = text.replace(/[\r\n]/g, '')
  const bad = clean.search(/[^A-Za-z0-9+/=]/)
  if (bad >= 0 || clean.length % 4 !== 0) {
    return context.fail(`illegal base64 data at input byte ${bad >= 0 ? bad : clean.length - (clean.length % 4)}`)
  }
  return clean
}

function mismatch(value: unknown, path: string, wanted: string): string {
  const got = Array.isArray(value)
    ? 'array'
    : isData(value)
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value
  return `json: cannot unmarshal ${got} into Go struct field ${path.replace(/\[\d+\]/g, '')} of type ${wanted}`
}
