/**
 * Checks a custom object against its structural schema and its rules, in the words of the real server. Pure.
 *
 * On an update what has not changed is not complained about again: a schema that was tightened does not lock out objects that were made
 * before.
 */
import { type FieldError, invalidValue } from '../status-error.ts'
import { type Data, dataAt, isData } from '../values.ts'
import { validateEmbedded } from './embedded.ts'
import { duplicateItems } from './list-types.ts'
import { runRules } from './rules.ts'
import { complaints } from './schema-complaints.ts'

const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

/** The whole object. */
export function validateCustom(object: Data, schema: unknown, old: Data | undefined): FieldError[] {
  if (!isData(schema)) return []
  const errors = complaints(withoutIdentity(object), schema, '', old === undefined ? undefined : withoutIdentity(old))
  errors.push(...validateEmbedded(object, schema, ''))
  return finished(errors, object, schema, old)
}

/** What came through the status subresource: its schema alone, but every rule. */
export function validateCustomStatus(object: Data, schema: unknown, old: Data): FieldError[] {
  if (!isData(schema)) return []
  const part = dataAt(schema, 'properties')['status']
  const errors =
    isData(part) && object['status'] !== undefined
      ? complaints(object['status'], part, '', old['status']).map((error) => inStatus(error))
      : []
  return finished(errors, object, schema, old)
}

function inStatus(error: FieldError): FieldError {
  return { ...error, field: error.field === '<nil>' ? 'status' : `status.${error.field}` }
}

function finished(errors: FieldError[], object: Data, schema: Data, old: Data | undefined): FieldError[] {
  // Lists that were wrong before are not looked at again.
  if (old === undefined || duplicateItems(old, schema, '').length === 0)
    errors.push(...duplicateItems(object, schema, ''))
  if (errors.some((error) => BLOCKING.has(error.type))) {
    const detail =
      'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
    return [...errors, { type: 'FieldValueInvalid', field: '<nil>', detail: `Invalid value: null: ${detail}` }]
  }
  return [...errors, ...runRules(object, old, schema)]
}

/** Replicas that a scale subresource leads to must be a count. */
export function validateScale(object: Data, scale: { specReplicasPath: string } | undefined): FieldError[] {
  if (scale === undefined) return []
  const steps = scale.specReplicasPath.split('.').filter((step) => step !== '')
  const value = dataAt(object, ...steps.slice(0, -1))[steps.at(-1) ?? '']
  if (typeof value !== 'number' || value >= 0) return []
  return [invalidValue(scale.specReplicasPath, value, 'should be a non-negative integer')]
}

function withoutIdentity(object: Data): Data {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object
  return rest
}
