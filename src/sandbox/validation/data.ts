/** Validation of ConfigMaps and Secrets. Pure. */
import { type FieldError, forbiddenField, invalidValue, required } from '../status-error.ts'
import { type Data, dataAt, deepEqual } from '../values.ts'

const KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const MOST_BYTES = 1024 * 1024

export function validateConfigMap(object: Data, old: Data | undefined): FieldError[] {
  const errors = immutableErrors(object, old, ['data', 'binaryData'])
  const data = dataAt(object, 'data')
  const binary = dataAt(object, 'binaryData')
  for (const key of Object.keys(data)) {
    errors.push(...keyErrors('data', key))
    if (Object.hasOwn(binary, key)) {
      errors.push(invalidValue(`data[${key}]`, key, `duplicate of key present in binaryData`))
    }
  }
  for (const key of Object.keys(binary)) errors.push(...keyErrors('binaryData', key))
  const size = bytes(Object.values(data)) + bytes(Object.values(binary).map((value) => decoded(value)))
  if (size > MOST_BYTES) errors.push(tooLong(''))
  return errors
}

/** What each well-known type must hold. */
const REQUIRED_KEYS: Record<string, readonly string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

export function validateSecret(object: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  const data = dataAt(object, 'data')
  if (old !== undefined && old['type'] !== object['type']) {
    errors.push(invalidValue('type', object['type'], 'field is immutable'))
  }
  errors.push(...immutableErrors(object, old, ['data']))
  for (const key of Object.keys(data)) errors.push(...keyErrors('data', key))
  if (bytes(Object.values(data).map((value) => decoded(value))) > MOST_BYTES) errors.push(tooLong('data'))
  const type = String(object['type'])
  for (const key of REQUIRED_KEYS[type] ?? []) {
    if (data[key] === undefined) errors.push(required(`data[${key}]`))
    else if (key.startsWith('.docker') && !isJson(decoded(data[key]))) {
      errors.push(invalidValue(`data[${key}]`, '<secret contents redacted>', 'invalid character'))
    }
  }
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    errors.push(required('data[username]'), required('data[password]'))
  }
  return errors
}

function immutableErrors(object: Data, old: Data | undefined, fields: readonly string[]): FieldError[] {
  if (old?.['immutable'] !== true) return []
  const text = 'field is immutable when `immutable` is set'
  const errors: FieldError[] = []
  if (object['immutable'] !== true) errors.push(forbiddenField('immutable', text))
  for (const field of fields) {
    if (!deepEqual(old[field] ?? {}, object[field] ?? {})) errors.push(forbiddenField(field, text))
  }
  return errors
}

function keyErrors(field: string, key: string): FieldError[] {
  const at = `${field}[${key}]`
  const errors: FieldError[] = []
  if (key.length > 253) errors.push(invalidValue(at, key, 'must be no more than 253 characters'))
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) errors.push(invalidValue(at, key, KEY_TEXT))
  else if (key === '.') errors.push(invalidValue(at, key, "must not be '.'"))
  else if (key === '..') errors.push(invalidValue(at, key, "must not be '..'"))
  else if (key.startsWith('..')) errors.push(invalidValue(at, key, "must not start with '..'"))
  return errors
}

function decoded(value: unknown): string {
  return Buffer.from(String(value), 'base64').toString('latin1')
}

function bytes(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function tooLong(field: string): FieldError {
  return { type: 'FieldValueTooLong', field, detail: `Too long: may not be more than ${MOST_BYTES} bytes` }
}
