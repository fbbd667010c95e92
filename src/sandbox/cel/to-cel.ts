/** JSON data as CEL sees it: whole numbers are integers, times are times, field names are identifiers. Pure. */
import { type Data, dataAt, isData, own } from '../values.ts'

const KEYWORDS = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

/** With a schema its types decide; without one every whole number is an integer. */
export function toCel(value: unknown, schema: unknown): unknown {
  if (typeof value === 'number') {
    const type = isData(schema) ? schema['type'] : undefined
    return type !== 'number' && Number.isInteger(value) ? BigInt(value) : value
  }
  if (typeof value === 'string') return isData(schema) ? text(value, schema['format']) : value
  if (Array.isArray(value)) {
    const items = isData(schema) ? schema['items'] : undefined
    return value.map((item) => toCel(item, items))
  }
  return isData(value) ? fields(value, isData(schema) ? schema : undefined) : value
}

function text(value: string, format: unknown): unknown {
  if (format === 'date-time' || format === 'date') {
    const time = new Date(value)
    return Number.isNaN(time.getTime()) ? value : time
  }
  return value
}

function fields(value: Data, schema: Data | undefined): Data {
  const result: Data = {}
  const properties = dataAt(schema, 'properties')
  const others = schema?.['additionalProperties']
  for (const key in value) {
    const property = own(properties, key)
    if (property !== undefined) result[identifier(key)] = toCel(value[key], property)
    else if (schema === undefined || isData(others) || others === true) {
      result[key] = toCel(value[key], isData(others) ? others : undefined)
    } else if (key === 'metadata' || key === 'apiVersion' || key === 'kind') result[key] = toCel(value[key], undefined)
  }
  return result
}

/** Names that CEL could not spell are written another way. */
function identifier(name: string): string {
  if (KEYWORDS.has(name)) return `__${name}__`
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.includes('__')) return name
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}
